"""Runs gone on from any phase, the newest as well as older ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import duckdb
import pytest

from ingestion.lakehouse import journal
from python_models.release import release_file
from python_models.runs import __main__ as commands
from python_models.runs.phase_restore import NotKept, Restoring, restored_nodes, whole
from tests.python_models.conftest import Ran
from tests.python_models.phased import SECOND, Phased, paid, relation, released, report, states

LAST = "# Report\n1. 3\n2. 1"
KILLS = (
    "node.int_news__run",
    "phase.initialization.snapshot",
    "node.int_news__articles",
    "node.phase_news__02_scraping",
    "phase.tier1_filter.begun",
    "answer-journalled:2",
    "node.llm_news__relevance_scored",
    "phase.ranking.row",
    "node.int_news__reports",
    "phase.final_report.snapshot",
    "node.phase_news__10_final_report",
    "node.scores",
)
FEW = (  # of each sort one
    "node.int_news__run",
    "node.int_news__articles",
    "phase.tier1_filter.begun",
    "phase.ranking.row",
    "phase.final_report.snapshot",
    "node.scores",
)


def _resume(phased: Phased, *arguments: str, **more: str) -> tuple[int, str]:
    """Run `resume` in a process of its own, which a fault may kill."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.python_models.phased", "resume", *arguments],
        env=os.environ | phased.environment() | more,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "kills", [FEW, pytest.param(KILLS, marks=pytest.mark.long)], ids=["few", "all"]
)
def test_a_run_killed_in_and_between_its_phases_gives_the_same_report(
    phased: Phased, kills: tuple[str, ...]
) -> None:
    phased.add_run("r1")
    for number, point in enumerate(kills):
        if number == 0:
            code, said = phased.build("r1", FAULT=point)
        else:
            code, said = _resume(phased, FAULT=point)
        assert code == 137, (point, said)
    assert commands.main(["resume"]) == 0
    assert report("r1")[0]["markdown"] == LAST
    assert len(paid()) == len(set(paid())) == 3
    numbers = [number for number, _, status in states("r1") if status == "completed"]
    assert sorted(set(numbers)) == [1, 2, 3, 4, 6, 10]
    assert numbers == sorted(numbers)  # no phase was kept twice
    assert released("select count(*) from news.scores") == [(3,)]
    assert commands.main(["resume"]) == 0  # there is nothing left


def test_an_older_run_is_gone_on_from_without_touching_newer_ones(
    ran: Ran, capfd: pytest.CaptureFixture[str]
) -> None:
    phased = ran.after(2)
    release = release_file.current_release_id()
    rows = released("from news.scores order by all")
    earlier = (report("r1"), relation("r1", 3, "tier1"))
    # the raw tables of then need not be there any more
    journal.change("runs", {"run_id": "r1"}, {"pins": '{"raw_news": {"runs": "/gone.json"}}'})
    assert commands.main(["resume", "--run", "r1", "--from", "3"]) == 0
    assert "not the newest" in capfd.readouterr().out
    assert states("r1")[6:] == [(number, 2, "completed") for number in (3, 4, 6, 10)]
    assert (report("r1"), relation("r1", 3, "tier1")) == earlier
    assert len(paid()) == 5  # every answer was there
    assert release_file.current_release_id() == release
    assert released("from news.scores order by all") == rows
    # what it made is no ground for the newest, whose own phases come back
    assert commands.main(["resume", "--run", "r2", "--from", "10"]) == 0
    assert report("r2")[0]["markdown"] == "# Report\n1. 4\n2. 1"
    assert [state for state in states("r2") if state[1] > 1] == [(10, 2, "completed")]
    assert released("from news.scores order by all") == rows
    phased.run("r3")
    assert len(released("from news.scores")) == 8


@pytest.mark.parametrize(
    "table",
    [
        pytest.param("int_news__run", marks=pytest.mark.long),
        "int_news__articles",
        pytest.param("int_news__tier1", marks=pytest.mark.long),
    ],
)
def test_a_kill_while_phases_come_back_is_gone_on_from(ran: Ran, table: str) -> None:
    phased = ran.after(2)
    before = report("r1")
    code, said = _resume(phased, "--run", "r1", "--from", "4", FAULT=f"restored.{table}")
    assert code == 137, said
    assert len(states("r1")) == 6
    assert commands.main(["resume"]) == 0
    assert report("r1") == before
    assert released("select count(*) from news.scores") == [(5,)]


def test_phases_of_different_makings_are_not_put_together(
    ran: Ran, capfd: pytest.CaptureFixture[str]
) -> None:
    phased = ran.after(1)
    assert commands.main(["phase-run", "--run", "r1", "--phase", "tier1_filter"]) == 0
    assert states("r1")[6:] == [(3, 2, "completed")]
    capfd.readouterr()
    assert commands.main(["resume", "--run", "r1", "--from", "10"]) == 1
    assert "go on from it (`make resume RUN=r1 FROM=4`)" in capfd.readouterr().err
    phased.run("r2")  # shows of r1 what belongs together
    assert commands.main(["resume", "--run", "r1", "--from", "4"]) == 0
    assert [state[:2] for state in states("r1")[7:]] == [(4, 3), (6, 3), (10, 3)]
    assert report("r1")[0]["markdown"] == LAST


@pytest.mark.long
def test_a_run_whose_marts_another_build_made_again_writes_phases_alone(
    ran: Ran, capfd: pytest.CaptureFixture[str]
) -> None:
    phased = ran.after(1)
    assert phased.build("again")[0] == 0  # the same run of news, by another run of the journal
    release = release_file.current_release_id()
    assert commands.main(["resume", "--run", "r1", "--from", "6"]) == 0
    assert "nothing is released" in capfd.readouterr().out
    assert states("r1")[6:] == [(6, 2, "completed"), (10, 2, "completed")]
    assert release_file.current_release_id() == release


def test_a_phase_that_never_completed_is_named(ran: Ran, capfd: pytest.CaptureFixture[str]) -> None:
    phased = ran.after(1)
    phased.add_run("r2")
    assert phased.build("r2", TINY_FACTOR="nonsense")[0] == 1
    assert commands.main(["resume", "--run", "r2", "--from", "ranking"]) == 1
    assert "has not completed phase 3 tier1_filter" in capfd.readouterr().err


@pytest.mark.long
def test_another_build_between_kill_and_resume_changes_nothing(phased: Phased) -> None:
    phased.add_run("r1")
    assert phased.build("r1", FAULT="node.phase_news__04_tier2_batch")[0] == 137
    phased.run("r2", SECOND)
    assert commands.main(["resume", "--run", "r1"]) == 0
    assert report("r1")[0]["markdown"] == LAST
    assert [number for number, _, _ in states("r1")] == [1, 2, 3, 4, 6, 10]
    assert released("select distinct run_id from news.scores order by 1") == [("r1",), ("r2",)]


def test_rows_kept_before_a_model_got_a_column_come_back_without_its_value() -> None:
    node = {"columns": {"n": {}, "since": {}}}
    with duckdb.connect() as connection:
        query = whole("select 7 as n, 8 as gone", node, {"n": "INTEGER", "gone": "INTEGER"})
        found = connection.sql(query)
        assert (found.columns, found.fetchall()) == (["n", "gone", "since"], [(7, 8, None)])
    assert whole("select 7 as n", {"columns": {"n": {}}}, {"n": "INTEGER"}) == "select 7 as n"


def test_a_run_of_older_code_that_lacks_a_table_says_where_to_go_on_from(phased: Phased) -> None:
    phased.run("r1")
    manifest = json.loads((phased.folder / "target" / "manifest.json").read_text())
    graph = manifest["nodes"] | manifest["sources"]
    graph["seed.x.words"] = {  # as dbt describes one
        "name": "words", "unique_id": "seed.x.words", "resource_type": "seed",
        "fqn": ["x", "news", "words"], "depends_on": {"macros": []},
        "config": {"materialized": "seed", "meta": {"phase": "10 final_report"}},
    }  # fmt: skip
    before = restored_nodes(graph, Restoring("news", "r1", 4))
    tier1, phase, reader = (
        next(node for node in graph.values() if node["name"] == name)
        for name in ("int_news__tier1", "phase_news__03_tier1_filter", "int_news__reports")
    )
    # the project has got a table since, which its phase keeps
    graph["model.x.drawn"] = tier1 | {"name": "drawn", "unique_id": "model.x.drawn"}
    phase["depends_on"]["nodes"].append("model.x.drawn")
    assert restored_nodes(graph, Restoring("news", "r1", 4)) == before  # nobody reads it
    reader["depends_on"]["nodes"].append("model.x.drawn")
    with pytest.raises(NotKept, match=r"no drawn, .*\(`make resume RUN=r1 FROM=3`\)"):
        restored_nodes(graph, Restoring("news", "r1", 4))
    assert "model.x.drawn" not in restored_nodes(graph, Restoring("news", "r1", 3))
