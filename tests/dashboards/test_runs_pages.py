"""The page of runs: nodes and their logs, rows of phases, going on, releases and rolling back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from dashboards.parts import runner
from dashboards.shared import runs_queries as queries
from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import reset_settings
from python_models.release import tier_files
from python_models.runs import phase_rows
from python_models.runs.artifacts import fetched_folder
from python_models.runs.phase_rows import Relation, as_table
from python_models.runs.resumable import why_not
from tests.dashboards.pages import failures, page, words
from tests.dashboards.test_runs import _echo, state, until
from tests.python_models.kept_runs import keep_run

RUN = "20260101-000000-aaaa"
INVOCATION = "11111111-2222-3333-4444-555555555555"
NODES = {"int_telemetry__cycles_built": "3 intermediate", "cycles": "5 marts", "issues": "5 marts"}


def put_run(run_id: str = RUN, invocation: str = INVOCATION, **more: Any) -> None:
    row = {"invocation_id": invocation, "run_id": run_id, "status": "success", "seconds": 9.0}
    journal.put("runs", [row | {"started_at": "2026-01-01 00:00:00.0", "release_id": 7} | more])
    told = {"arguments": "{}", "variables": "{}", "environment": "{}", "files": "{}"}
    key = {"invocation_id": invocation, "run_id": run_id, "selected": "[]"}
    journal.put("run_args", [key | told | {"recorded_at": "2026-01-01"}])
    journal.put(
        "node_runs",
        [
            {
                "invocation_id": invocation,
                "run_id": run_id,
                "unique_id": f"model.sluice.{name}",
                "node": name,
                "domain": "telemetry",
                "phase": phase,
                "resource_type": "model",
                "status": "success",
                "started_at": f"2026-01-01 00:00:0{place}.0",
                "ended_at": f"2026-01-01 00:00:0{place + 2}.0",
                "seconds": 2.0 + place,
                "rows_out": 160,
            }
            for place, (name, phase) in enumerate(NODES.items())
        ],
    )


@pytest.fixture
def ran(release_file: Path, clean_settings: None) -> Path:
    """A lake in whose journal stands the run that made its release."""
    lake().releases.mkdir(parents=True, exist_ok=True)
    file = lake().releases / "release-000007-n00000001.duckdb"
    shutil.copyfile(release_file, file)
    tier_files.write(file, file)
    lake().latest.symlink_to(file)
    put_run()
    row = {"release_id": 7, "created_at": "2026-01-01 00:00:09", "run_id": RUN, "kind": "publish"}
    journal.put("releases", [row | {"state": "{}", "invocation_id": INVOCATION}])
    return file


def relation(phase: str, name: str) -> Relation:
    return next(one for one in phase_rows.relations(RUN, "telemetry", phase) if one.name == name)


def test_rows_of_a_phase_come_from_the_release_the_run_made(ran: Path) -> None:
    assert phase_rows.phases_of(RUN) == {"telemetry": ["3 intermediate", "5 marts"]}
    found = relation("5 marts", "cycles")
    assert (found.origin, found.row_count) == ("release", 160)
    assert len(phase_rows.rows_of(RUN, "telemetry", "5 marts", found, 12)) == 12
    assert relation("3 intermediate", "int_telemetry__cycles_built").origin == "none"


def test_rows_of_a_phase_come_from_the_folder_of_the_run_where_it_wrote_one(
    ran: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_ARTIFACTS", str(tmp_path / "out"))
    reset_settings()
    folder = tmp_path / "out" / f"run_{RUN}"
    folder.mkdir(parents=True)
    rows = [{"id": 1, "of": "a"}, {"id": "two", "of": None}]
    document = {"metadata": {}, "data": {"int_telemetry__cycles_built": rows}}
    (folder / "phase3_intermediate.json").write_text(json.dumps(document))
    found = relation("3 intermediate", "int_telemetry__cycles_built")
    assert found.origin == "files"
    shown = phase_rows.rows_of(RUN, "telemetry", "3 intermediate", found, 10)
    assert shown.to_pylist() == [{"id": "1", "of": "a"}, {"id": "two", "of": None}]
    (folder / "phase3_intermediate.json").write_text("half a fi")
    assert relation("3 intermediate", "int_telemetry__cycles_built").origin == "none"


def test_rows_of_a_kept_phase_are_those_it_left() -> None:
    keep_run("r1", 1, (1, 2), rows={2: {"articles": [{"article_id": "a1", "title": "On a"}]}})
    run = {"invocation_id": "i-r1", "run_id": "r1", "status": "success"}
    journal.put("runs", [run | {"started_at": "2026-01-01 00:00:00.0"}])
    [found] = phase_rows.relations("r1", "news", "2 scraping")
    assert (found.name, found.origin, found.row_count) == ("articles", "kept", 1)
    rows = phase_rows.rows_of("r1", "news", "2 scraping", found, 10)
    assert rows.to_pylist() == [{"article_id": "a1", "title": "On a"}]


def test_readers_of_a_tier_are_shown_rows_of_their_tiers_release_alone(
    ran: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_TIERS", "open")
    reset_settings()
    assert relation("5 marts", "cycles").origin == "none"
    assert "Log" not in words(page("runs"))
    said = words(page("runs", {"view": "Rows", "phase": "5 marts", "table": "cycles"}))
    assert "for those who see every tier" in said and "cycles" not in said


def test_the_page_shows_rows_of_a_phase_and_says_where_the_others_lie(ran: Path) -> None:
    tested = page("runs", {"view": "Rows", "phase": "5 marts", "table": "cycles"})
    assert failures(tested) == []
    assert "160 rows, as this run released it" in words(tested)
    assert len(tested.dataframe[0].value) == 160
    tested = page("runs", {"view": "Rows", "phase": "3 intermediate"})
    assert f"make phase-show RUN={RUN} PHASE=3 DOMAIN=telemetry" in words(tested)


def test_rows_of_the_build_database_are_fetched_by_a_job(
    ran: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fetched_folder(RUN) / "telemetry"
    folder.mkdir(parents=True)
    name = "int_telemetry__cycles_built"
    for told, origin, why in (([{"id": 1}], "files", None), ("made again", "none", "made again")):
        document = {"metadata": {}, "data": {name: told}}
        (folder / "phase3_intermediate.json").write_text(json.dumps(document))
        found = relation("3 intermediate", name)
        assert (found.origin, found.why) == (origin, why)
    shutil.rmtree(folder)
    monkeypatch.setattr(runner, "sys", SimpleNamespace(executable=_echo(ran.parent)))
    tested = page("runs", {"view": "Rows", "phase": "3 intermediate"})
    next(one for one in tested.button if one.label == "Fetch its rows").click().run()
    until(lambda: state() == "succeeded")
    assert runner.latest_run().output.read_text().split() == [
        "-m", "python_models.runs", "export-run", RUN, str(folder), "--rows=1000",
        "--domain=telemetry",
    ]  # fmt: skip


def test_a_run_goes_on_from_the_phase_that_is_chosen(
    ran: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "sys", SimpleNamespace(executable=_echo(ran.parent)))
    tested = page("runs", {"view": "Rows", "phase": "3 intermediate"})
    next(one for one in tested.button if one.label == "Go on from here").click().run()
    until(lambda: state() == "succeeded")
    said = runner.latest_run().output.read_text()
    assert said.splitlines() == [
        f"-m python_models.runs resume --run={RUN} --from=3 intermediate --domain=telemetry"
    ]


def test_a_run_whose_tables_were_made_again_says_by_which(ran: Path) -> None:
    assert why_not(RUN, "telemetry", "3 intermediate") is None
    put_run("20260102-000000-bbbb", "22222222-2222-3333-4444-555555555555")
    reason = "Run 20260102-000000-bbbb has made its tables again since: go on with that one."
    assert why_not(RUN, "telemetry", "3 intermediate") == reason
    tested = page(
        "runs",
        {"view": "Rows", "rows_of": f"2026-01-01 00:00 UTC, {RUN}", "phase": "3 intermediate"},
    )
    button = next(one for one in tested.button if one.label == "Go on from here")
    assert button.disabled and "go on with that one" in words(tested)


def test_a_kept_run_goes_on_from_where_all_before_is_kept() -> None:
    keep_run("r0", 1, (1, 2, 3, 4), rows={})
    keep_run("r1", 2, (1, 2), rows={})
    put_run("r1", "i-r1")
    assert why_not("r1", "news", "3 tier1_filter") is None
    assert "has not completed phase 3" in str(why_not("r1", "news", "5 tier3_5d"))
    assert "no longer recorded" in str(why_not("r9", "news", "1 initialization"))


def test_readers_are_moved_to_a_release_by_a_second_click(
    ran: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "sys", SimpleNamespace(executable=_echo(ran.parent)))
    older = {"release_id": 6, "created_at": "2025-12-31 00:00:00", "kind": "publish"}
    journal.put("releases", [older | {"state": "{}"}])
    tested = page("runs", {"view": "Releases"})
    assert failures(tested) == []
    assert list(tested.dataframe[0].value["release_id"]) == [7, 6]
    move = next(one for one in tested.button if one.label == "Move readers to release 7")
    assert move.disabled  # they see it
    next(one for one in tested.selectbox if one.label == "Of").set_value("telemetry").run()
    move = next(one for one in tested.button if one.label == "Move readers to release 7")
    move.click().run()
    until(lambda: state() == "succeeded")
    said = runner.latest_run().output.read_text().split()
    assert said == ["-m", "python_models.runs", "release-rollback", "7", "--domain=telemetry"]
    assert runner.again_command(runner.latest_run())[1:] == said


def test_what_a_release_changed_is_told_table_by_table() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema ops")
        connection.execute("create table ops.releases as select unnest([5, 6]) as release_id")
        connection.execute(
            "create table ops.release_tables as from (values"
            " (5, 'news', 'a', 1, 10), (5, 'news', 'b', 2, 4), (5, 'news', 'old', 3, 1),"
            " (6, 'news', 'a', 9, 15), (6, 'news', 'b', 2, 4), (6, 'news', 'c', 4, 2)"
            ") as t (release_id, domain, table_name, snapshot_id, rows)"
        )
        found = connection.execute(queries.RELEASE_CHANGES, {"release_id": 6}).fetchall()
    assert found == [
        ("news", "a", "other rows", 15, 10, 5),
        ("news", "c", "new", 2, None, 2),
        ("news", "old", "gone", None, 1, -1),
    ]


def test_two_runs_say_what_they_were_told_otherwise(ran: Path) -> None:
    put_run("20260102-000000-bbbb", "22222222-2222-3333-4444-555555555555")
    journal.change(
        "run_args",
        {"run_id": RUN},
        {"environment": json.dumps({"sluice_threads": 2}), "files": json.dumps({"a.sql": "x"})},
    )
    tested = page("runs", {"view": "Compare"})
    assert failures(tested) == []
    assert "Told otherwise" in words(tested)


def test_the_slowest_nodes_of_a_run_are_held_against_their_past(released: Path) -> None:
    with duckdb.connect(str(released), read_only=True) as connection:
        rows = connection.execute(queries.SLOWEST, {"invocation_id": "inv-3"}).fetchall()
        whole = connection.execute(queries.TIMELINE, {"invocation_id": "inv-3"}).fetchall()
        past = connection.execute(
            queries.NODE_HISTORY, {"invocation_id": "inv-2", "node": "cycles"}
        ).fetchall()
    assert [(row[1], row[3]) for row in rows] == [(4.5, 2.25)] * 4
    assert {(row[4], row[5]) for row in whole} == {(0.0, 4.5)}
    assert [(row[3], row[5]) for row in past] == [(1.5, False), (3.0, True), (4.5, False)]


def test_a_column_whose_values_do_not_agree_is_text() -> None:
    found = as_table([{"a": 1, "b": [1]}, {"a": "x"}])
    assert found.schema.field("a").type == pa.string()
    assert found.to_pylist() == [{"a": "1", "b": [1]}, {"a": "x", "b": None}]
