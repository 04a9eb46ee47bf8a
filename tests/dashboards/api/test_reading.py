"""What the API tells of a release, in which form, and what it refuses."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboards.api.formats import ARROW, CSV, PARQUET
from dashboards.api.row_query import write_cursor
from dashboards.jobs import jobs
from tests.dashboards.api.conftest import Ask

ISSUES = "tables/telemetry.issues/rows"


def test_the_tables_of_a_release_are_listed_and_described(client: Ask) -> None:
    one = client()
    tables = one.get("tables").json()
    assert tables["release_id"] == 7
    names = {f"{row['schema_name']}.{row['name']}" for row in tables["tables"]}
    assert {"telemetry.issues", "ops.runs", "conversations.datasets"} <= names
    described = one.get("tables/telemetry.issues").json()
    assert "issue_id" in [column["name"] for column in described["columns"]]
    assert one.get("tables/telemetry.nothing").status_code == 404


def test_pages_join_to_all_rows_and_none_comes_twice(client: Ask) -> None:
    one, seen, cursor = client(), [], None
    whole = one.get(ISSUES, params={"limit": 10_000}).json()["rows"]
    while True:
        page = one.get(ISSUES, params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += page["rows"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == whole
    assert len({row["issue_id"] for row in seen}) == len(seen) > 3


def test_what_a_release_file_holds_is_asked_of_it_once(client: Ask) -> None:
    one = client()
    release = one.app.state.releases.current()
    asked = "select $n as n"
    assert release.facts(asked, n=1) is release.facts(asked, n=1)
    assert release.facts(asked, n=2) == [{"n": 2}]
    first, again = (one.get("tables/telemetry.issues").json() for _ in range(2))
    assert first == again and first["columns"]


@pytest.mark.parametrize("path", ["telemetry/issues", "experiments/scores"])
def test_pages_of_a_list_join_to_all_of_it(client: Ask, path: str) -> None:
    one = client()
    everything = one.get(path, params={"limit": 10_000}).json()
    assert len(everything["rows"]) > 1 and everything["next_cursor"] is None
    found, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = one.get(path, params={"limit": max(1, len(everything["rows"]) // 2)} | more)
        assert page.status_code == 200, page.text
        found += page.json()["rows"]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    assert found == everything["rows"]
    assert one.get(path, params={"cursor": "W3sxXQ"}).status_code == 400
    gone = one.get(path, params={"cursor": write_cursor(6, 1)})
    assert gone.status_code in (404, 410), "a cursor goes on in its own release or not at all"


def test_jobs_and_releases_are_listed_page_by_page(
    client: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_supervise", lambda job_id: None)
    one = client("read,admin")
    made = [jobs.make("run", f"Run {n}", ["true"]).job_id for n in range(5)]
    found, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = one.get("pipeline/jobs", params={"limit": 2} | more).json()
        found += [job["job_id"] for job in page["jobs"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == made[::-1]
    first = one.get("system/releases", params={"limit": 1}).json()
    rest = one.get("system/releases", params={"cursor": first["next_cursor"] or "1"}).json()
    every = one.get("system/releases").json()["releases"]
    assert first["releases"] + rest["releases"] == every


def test_rows_are_filtered_ordered_and_cut_to_columns(client: Ask) -> None:
    found = client().get(
        ISSUES,
        params={
            "filter": ["severity:ne:low", "issue_date:ge:2026-01-02"],
            "order": "-issue_date,issue_id",
            "columns": "issue_id,severity,issue_date",
        },
    )
    rows = found.json()["rows"]
    assert rows and all(row["severity"] != "low" for row in rows)
    assert [row["issue_date"] for row in rows] == sorted(
        (row["issue_date"] for row in rows), reverse=True
    )
    assert set(rows[0]) == {"issue_id", "severity", "issue_date"}


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"filter": "nothing:eq:1"}, 422),
        ({"filter": "severity:like:x"}, 422),
        ({"filter": "issue_date:ge:yesterday"}, 422),
        ({"filter": "severity:eq:x' or 1=1 --"}, 200),
        ({"order": "1; drop table x"}, 422),
        ({"columns": '"; select 1'}, 422),
        ({"cursor": "AAAA"}, 400),
        ({"cursor": "WzAsMF0hISE"}, 400),
        ({"limit": "0"}, 422),
        ({"limit": "20000"}, 422),
        ({"release": "99"}, 404),
        ({"release": "0"}, 422),
    ],
)
def test_what_does_not_fit_is_said_to_be_wrong(
    client: Ask, parameters: dict[str, str], status: int
) -> None:
    answer = client().get(ISSUES, params=parameters)
    assert answer.status_code == status, answer.text
    if status != 200:
        assert answer.json()["status"] == status and answer.json()["detail"]
    else:
        assert answer.json()["rows"] == []


def test_rows_come_in_the_form_that_is_accepted(client: Ask) -> None:
    one = client()
    whole = one.get(ISSUES, params={"limit": 10_000}).json()["rows"]

    def asked(accept: str) -> Any:
        answer = one.get(ISSUES, params={"limit": 10_000}, headers={"Accept": accept})
        assert answer.status_code == 200
        return answer

    arrow = pa.ipc.open_stream(asked(ARROW).content).read_all()
    parquet = pq.read_table(io.BytesIO(asked(PARQUET).content))
    assert len(arrow) == len(parquet) == len(whole)
    lines = asked(f"{CSV};q=0.9, text/html").text.splitlines()
    assert lines[0].split(",")[0] == arrow.column_names[0]
    assert "telemetry.issues.csv" in asked(CSV).headers["content-disposition"]
    assert one.get(ISSUES, headers={"Accept": "image/png"}).status_code == 406


def test_an_answer_of_a_release_is_not_sent_twice(client: Ask) -> None:
    one = client()
    first = one.get(ISSUES)
    again = one.get(ISSUES, headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    other = one.get(ISSUES, params={"limit": 1}, headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


def test_one_select_is_run_with_its_parameters_bound(client: Ask) -> None:
    question = {
        "sql": "with chosen as (select * from telemetry.issues where severity <> $severity)"
        " select count(*) as n, $severity as given from chosen",
        "parameters": {"severity": "x' or '1'='1"},
    }
    answer = client().post("query", json=question)
    assert answer.status_code == 200, answer.text
    assert answer.json()["rows"][0]["given"] == "x' or '1'='1"
    assert answer.json()["rows"][0]["n"] > 0


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/hostname')",
        "select * from '/etc/hostname'",
        'select * from "/etc/hostname"',
        "select * from glob('/*')",
        "select * from duckdb_settings()",
        "select * from query_table('telemetry.issues')",
        "from telemetry.issues limit 1; select 1",
        "attach 'x.db'",
        "copy telemetry.issues to 'x.csv'",
        "pragma database_list",
        "set memory_limit = '90GB'",
        "select * from information_schema.tables",
        "select (select content from read_text('/etc/hostname'))",
        "with telemetry as (select 1) select * from read_blob('/etc/hostname')",
        "install httpfs",
        "selec 1",
        "",
    ],
)
def test_a_query_reaches_nothing_but_the_release(client: Ask, sql: str) -> None:
    answer = client().post("query", json={"sql": sql})
    assert answer.status_code == 422, answer.text
    assert "Traceback" not in answer.text


def test_a_query_that_takes_too_much_is_stopped(
    client: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboards.api.query.SECONDS", 1.0)
    sql = "select count(*) from range(100000000000) as a (x) where x % 7 = 3"
    answer = client().post("query", json={"sql": sql})
    assert answer.status_code == 422
    assert "longer than 1 s" in answer.json()["detail"]


def test_a_key_sees_the_datasets_of_its_tiers_and_hears_nothing_of_others(client: Ask) -> None:
    everything = client().get("datasets", params={"limit": 1000}).json()["rows"]
    hidden = [row["dataset_id"] for row in everything if row["tier"] != "open"]
    shown = [row["dataset_id"] for row in everything if row["tier"] == "open"]
    one = client(tiers=("open",))
    assert [row["dataset_id"] for row in one.get("datasets?limit=1000").json()["rows"]] == shown
    for name in hidden[:1] + ["there-is-none"]:
        answers = [one.get(f"datasets/{name}"), one.get(f"datasets/{name}/records")]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].json()["detail"] == f"Release 7 has no dataset {name!r}."
    # products whose rows have no tier count as private
    assert one.get(ISSUES).status_code == 404
    assert one.get("telemetry/issues").status_code == 403
    refused = one.post("query", json={"sql": "select count(*) as n from telemetry.issues"})
    assert refused.status_code == 422
    assert client(tiers=("restricted",)).get("tables").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "telemetry/issues",
        "experiments/cohorts",
        "experiments/scores",
        "analytics/dashboard",
        "analytics/cost",
        "analytics/quality",
        "system/status",
        "system/releases",
        "system/metrics",
        "pipeline/runs",
    ],
)
def test_what_a_front_end_shows_is_there(client: Ask, path: str) -> None:
    answer = client().get(path)
    assert answer.status_code == 200, answer.text


def test_a_generation_comes_with_what_it_was_made_of(client: Ask) -> None:
    one = client()
    scores = one.get("experiments/scores?limit=1").json()["rows"]
    found = one.get(f"experiments/generations/{scores[0]['gen_id']}").json()["record"]
    assert [parent["stage"] for parent in found["parents"]] == ["essay", "draft"]


def test_a_comparison_comes_with_both_essays_and_an_essay_with_its_comparisons(
    client: Ask,
) -> None:
    one = client()
    found = one.get("experiments/generations/q-a-ba").json()["record"]
    assert (found["stage"], found["verdict"]) == ("comparison", "second")
    assert [row["stage"] for row in found["parents"]] == ["essay", "essay", "draft", "draft"]
    essays = {found["first_gen_id"], found["second_gen_id"]}
    assert {row["gen_id"] for row in found["parents"][:2]} == essays
    essay = one.get(f"experiments/generations/{found['first_gen_id']}").json()["record"]
    told = {row["gen_id"]: row for row in essay["children"] if row["stage"] == "comparison"}
    assert told["q-a-ba"]["chosen_gen_id"] == found["chosen_gen_id"]
    assert one.get("experiments/generations/nobody").status_code == 404


def test_a_body_that_is_too_large_is_refused_while_it_arrives(client: Ask) -> None:
    one = client(sluice_api_body_bytes="2000")
    sql = "select 1 as one -- " + "x" * 3000
    assert one.post("query", json={"sql": sql}).status_code == 413

    def parts() -> Any:
        for _ in range(50):
            yield b" " * 100

    headers = {"content-type": "application/json"}
    assert one.post("query", content=parts(), headers=headers).status_code == 413


def test_errors_of_the_server_tell_nothing_of_the_machine(
    client: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = client()
    monkeypatch.setattr("dashboards.api.analytics._TOTAL", "select error('/srv/secret')")
    answer = one.get("analytics/cost")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "/srv" not in answer.text


def test_nothing_released_is_said_so(client: Ask) -> None:
    from ingestion.lakehouse.lake import lake

    one = client()
    lake().latest.unlink()
    answer = one.get("tables")
    assert (answer.status_code, answer.json()["status"]) == (503, 503)


def test_a_control_is_read_from_its_assessment_down_to_a_curve(client: Ask) -> None:
    one = client()
    control = one.get("telemetry/issues?limit=1").json()["rows"][0]["control_id"]
    at = f"telemetry/controls/{quote(control, safe='')}"
    cycles = one.get(f"{at}/cycles?limit=2").json()
    assert len(cycles["rows"]) == 2 and cycles["next_cursor"]
    assert {row["control_id"] for row in cycles["rows"]} == {control}
    curve = one.get(f"{at}/cycles/{quote(cycles['rows'][0]['cycle_id'], safe='')}/curve").json()
    assert curve["rows"] and "power_w" in curve["rows"][0]
    assessment = one.get(f"{at}/assessment")
    assert assessment.status_code == 200, assessment.text
    assert assessment.json()["record"]["control_id"] == control
    for address in ("assessment", "cycles/none/curve"):
        assert one.get(f"telemetry/controls/none/{address}").status_code == 404
    poor = client(tiers=("open",))
    assert poor.get(f"{at}/cycles").status_code == 403
