"""Builds through dbt: hooks, gates, what is published when, and going on after a failure."""

from __future__ import annotations

import json
import os

import pytest

from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.release import release_file
from python_models.release.reader import open_release
from python_models.runs import __main__ as commands
from tests.python_models.tiny import Tiny

METADATA = {
    "run_id",
    "phase_name",
    "phase_number",
    "timestamp",
    "duration_seconds",
    "input_count",
    "output_count",
    "llm_calls",
    "cost_usd",
    "status",
}


def released(query: str) -> list[tuple]:
    with open_release() as connection:
        return connection.execute(query).fetchall()


def answer(capfd: pytest.CaptureFixture[str], *arguments: str) -> object:
    capfd.readouterr()
    assert commands.main([*arguments, "--json"]) == 0
    return json.loads(capfd.readouterr().out)


def test_build_writes_down_its_nodes_and_publishes_and_a_failed_one_keeps_the_release(
    tiny: Tiny, capfd: pytest.CaptureFixture[str]
) -> None:
    assert tiny.dbt("build")[0] == 0
    assert released("select count(*), sum(value) from tiny.things") == [(12, 12)]
    nodes = dict(released("select node, rows_out from ops.node_runs where phase is not null"))
    assert (nodes["things"], nodes["totals"]) == (12, 3)
    assert released("select status, release_id, nodes_failed from ops.runs") == [("success", 1, 0)]
    took = "select min(cpu_seconds), min(peak_memory_bytes), sum(bytes_written), max(bytes_spilled)"
    cpu, peak, written, spilled = released(f"{took} from ops.node_runs where phase is not null")[0]
    assert cpu > 0 and peak > 10_000_000 and written > 0 and spilled == 0
    (added,) = released("select bytes_added from ops.runs")[0]
    assert 0 < added <= sum(one.stat().st_size for one in lake().root.rglob("*") if one.is_file())

    # a partial build publishes nothing
    tiny.write_things(days=4)
    assert tiny.dbt("build", "--select", "things", "release_tiny__published")[0] == 0
    assert released("select count(*) from tiny.things") == [(12,)]

    # a gate that fails: the rows stay, the reason is there
    tiny.write_things(days=4, value=-1)
    code, said = tiny.dbt("build")
    assert code == 1
    assert "12 values are negative" in said or "16 values are negative" in said
    assert released("select count(*), sum(value) from tiny.things") == [(12, 12)]
    assert released("select status, release_id from ops.runs limit 1") == [("failed", None)]
    assert released("select count(*) from ops.gate_results where not success") == [(1,)]
    skipped = "select node from ops.node_runs where status = 'skipped' and phase is not null"
    assert ("release_tiny__published",) in released(skipped)

    # mended and gone on with: the same run publishes
    tiny.write_things(days=4)
    assert commands.main(["resume"]) == 0
    assert released("select count(*) from tiny.things") == [(16,)]
    failed, resumed = released("select run_id from ops.runs order by started_at")[-2:]
    assert failed == resumed
    shown = answer(capfd, "run-show", resumed[0])
    assert [run["status"] for run in shown["invocations"]] == ["failed", "success"]


@pytest.mark.parametrize(
    "step",
    ["publish.written", pytest.param("release_file.named", marks=pytest.mark.long)],
)
def test_build_that_was_killed_is_resumed_and_gives_what_an_undisturbed_one_gives(
    tiny: Tiny, step: str
) -> None:
    assert tiny.dbt("build", FAULT=f"{step}:1")[0] == 137
    assert lock.holder() is None
    assert commands.main(["resume"]) == 0
    assert released("select count(*), sum(value) from tiny.things") == [(12, 12)]
    runs = released("select status, run_id from ops.runs order by started_at")
    assert [status for status, _ in runs] == ["killed", "success"]
    assert runs[0][1] == runs[1][1]
    again = released("select node from ops.node_runs where status = 'success' and node = 'things'")
    assert len(again) == 1, "a model that had succeeded was built again"
    for table in ("things", "totals"):
        assert len(list((lake().warehouse / "tiny" / table).glob("metadata/*.metadata.json"))) >= 1


def test_build_while_another_holds_the_lake_says_so_and_parse_needs_no_lock(tiny: Tiny) -> None:
    with lock.build_lock("a build that takes its time"):
        code, said = tiny.dbt("build")
        assert code == 2
        assert "a build that takes its time" in said
        assert "SLUICE_LOCK_WAIT_SECONDS" in said
        assert tiny.dbt("ls", "--select", "things")[0] == 0
    assert not lake().build_db.exists()


def test_dbt_that_was_given_another_lake_than_env_says_is_refused_with_the_fix(tiny: Tiny) -> None:
    # dbt takes a relative folder from where it runs, the product from the project
    given = os.path.relpath(tiny.folder / "elsewhere", PROJECT_ROOT)
    code, said = tiny.dbt("debug", "--connection", SLUICE_LAKE=given)
    assert code != 0
    assert "SLUICE_LAKE: dbt has" in said
    assert "set -a; . ./.env; set +a" in said


def test_comparison_of_two_runs_finds_what_was_changed_and_what_it_did(
    tiny: Tiny, capfd: pytest.CaptureFixture[str]
) -> None:
    tiny.dbt("build")
    tiny.write_things(days=4)
    tiny.dbt("build", "--vars", "{factor: 2}")
    a, b = (row["run_id"] for row in journal.rows("select run_id from runs order by started_at"))
    found = answer(capfd, "run-compare", a, b)
    assert {"setting": "factor", "a": None, "b": 2} in found["settings"]
    things = next(table for table in found["tables"] if table["table"] == "tiny.things")
    assert (things["added"], things["removed"], things["changed"]) == (4, 0, 12)
    node = next(node for node in found["nodes"] if node["node"] == "things")
    assert (node["rows_a"], node["rows_b"]) == (12, 16)
    assert answer(capfd, "release-diff", "1", "2")["tables"] == found["tables"]

    folder = tiny.folder / "exported"
    assert commands.main(["export-run", b, str(folder), "--json"]) == 0
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["phase2_staging.json", "phase5_marts.json", "phase6_release.md"]
    marts = json.loads((folder / "phase5_marts.json").read_text())
    assert marts["metadata"]["phase_name"] == "marts"
    assert len(marts["data"]["things"]) == 16
    assert set(marts["metadata"]) == METADATA


def test_exception_text_with_a_secret_does_not_reach_the_release(tiny: Tiny) -> None:
    canary = "canary4711secret"
    code, _ = tiny.dbt("build", "--vars", f"{{factor: {canary}}}", PLANT_API_KEY=canary)
    assert code == 1
    release_file.refresh(None)
    assert canary.encode() not in lake().latest.read_bytes()
    messages = "select coalesce(message, '') || command from ops.runs"
    assert "canary" not in str(released(messages))


def test_listing_commands_answer_in_json_before_anything_ran(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert answer(capfd, "runs") == []
    assert answer(capfd, "releases") == []
    assert commands.main(["run-show", "last"]) == 1
    assert "there is none yet" in capfd.readouterr().err


def test_a_failing_unit_test_fails_the_run_and_publishes_nothing(tiny: Tiny) -> None:
    assert tiny.dbt("build", "--vars", "{exchange_rate: 2}")[0] == 1
    run = journal.rows("select status, message, release_id from runs")[0]
    assert (run["status"], run["release_id"]) == ("failed", None)
    assert run["message"].startswith("total_is_the_sum_of_a_day: ")
    assert not journal.rows("select * from releases")


def test_docs_can_be_built_and_are_no_run(tiny: Tiny) -> None:
    assert commands.main(["docs"]) == 0
    assert (lake().docs / "index.html").stat().st_size > 1000
    assert journal.rows("select * from runs") == []
