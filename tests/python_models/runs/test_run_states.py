"""A run says what is true of it: killed when its process is gone, not started without the lake."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from argparse import Namespace

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.shared import runs_live, runs_queries
from dashboards.shared.runs_live import live_rows
from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT, reset_settings
from python_models.release.run_states import settle
from python_models.runs import __main__ as commands
from python_models.runs import invocation, resume
from python_models.upkeep.retention import retention
from tests.faults.small_disk import on_a_small_disk
from tests.python_models.publishing import build_database, make_things, mart, publish
from tests.python_models.tiny import Tiny

# a run of one node, in a process that holds the lake until it is killed
_BUILD = """
import os, sys, time
from ingestion.lakehouse import journal, lock
from python_models.runs import invocation
lock.acquire(command="a long build")
invocation.record_start("i-1", "run-1", {}, [], {"which": "build"}, "local")
node = {"invocation_id": "i-1", "run_id": "run-1", "unique_id": "m", "node": "m"}
journal.put("node_runs", [node | {"status": "running", "started_at": journal.now()}])
print("running", flush=True)
time.sleep(600)
"""


@pytest.fixture
def building():
    """A process that is in the middle of a node."""
    process = subprocess.Popen(
        [sys.executable, "-c", _BUILD], stdout=subprocess.PIPE, text=True, cwd=PROJECT_ROOT
    )
    assert process.stdout and process.stdout.readline() == "running\n"
    yield process
    process.kill()
    process.wait()


def states() -> tuple[str, str]:
    (found,) = journal.rows("select runs.status, node_runs.status as node from runs, node_runs")
    return found["status"], found["node"]


def test_a_run_that_goes_on_stays_running_however_often_it_is_looked_at(building) -> None:
    for _ in range(20):
        assert settle() == 0
    assert states() == ("running", "running")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_run_and_its_node_are_that_at_once(building, how, capsys) -> None:
    os.kill(building.pid, how)
    assert building.wait() == -how  # the kill hit
    assert commands.main(["runs", "--json"]) == 0
    assert '"status": "killed"' in capsys.readouterr().out
    assert states() == ("killed", "killed")
    (node,) = journal.rows("select * from node_runs")
    assert node["ended_at"] is not None


def test_a_killed_run_is_that_while_the_next_holds_the_lake(building) -> None:
    building.kill()
    building.wait()
    with lock.build_lock("the next one"):
        assert settle() == 1
    assert states() == ("killed", "killed")


def test_the_page_lists_runs_of_the_journal_as_they_are_now(building) -> None:
    assert [row["status"] for row in live_rows(runs_queries.RUNS).to_pylist()] == ["running"]
    building.kill()
    building.wait()
    assert [row["status"] for row in live_rows(runs_queries.RUNS).to_pylist()] == ["killed"]
    tables = runs_live._ops(runs_live._state())
    nodes = live_rows(runs_queries.NODES, invocation_id="i-1", all_nodes=True).to_pylist()
    assert [row["status"] for row in nodes] == ["killed"]
    assert runs_live._ops(runs_live._state()) is tables  # once, whatever a page asks of a state


def test_the_phases_of_a_build_are_gone_as_soon_as_it_is(building) -> None:
    page = AppTest.from_function(_phases).run()
    assert "**a long build**" in [line.value for line in page.markdown]
    building.kill()
    building.wait()
    shown = page.run().main.children.values()
    # an empty one in their place: what a page only leaves out stays until all of it is drawn
    assert [element.type for element in shown] == ["empty"]


def _phases() -> None:
    from dashboards.parts.run_live import build_in_progress

    build_in_progress()


def test_a_run_without_the_lake_says_so_is_recorded_and_names_no_other_run(building) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "python_models.runs.run"],
        cwd=PROJECT_ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = refused.stdout + refused.stderr
    assert refused.returncode == 2
    assert f"in use by process {building.pid}" in said and "This run did not start" in said
    assert "run-1" not in said and "succeeded" not in said
    last = journal.rows("select * from runs order by rowid desc limit 1")[0]
    assert last["status"] == "not started" and f"process {building.pid}" in last["message"]
    assert states_of("run-1") == ["running"]


def states_of(run_id: str) -> list[str]:
    return [row["status"] for row in journal.rows(
        "select status from runs where run_id = ? order by rowid", (run_id,))]  # fmt: skip


def test_a_build_that_finds_the_lake_taken_is_recorded_as_not_started(
    building, tmp_path, monkeypatch
) -> None:
    tiny = Tiny(tmp_path)
    tiny.write_things()
    code, said = tiny.dbt(
        "build", "--project-dir", str(PROJECT_ROOT / "tests" / "python_models" / "tiny_project"),
        SLUICE_BEGIN_RUN="run-of-mine",
    )  # fmt: skip
    assert code != 0 and "in use by process" in said
    assert states_of("run-of-mine") == ["not started"]


def test_nothing_is_resumed_from_a_run_that_never_began(building) -> None:
    building.kill()
    building.wait()
    settle()
    journal.put("runs", [{"invocation_id": "i-2", "run_id": "run-2", "started_at": journal.now(),
                          "status": "not started"}])  # fmt: skip
    assert resume._last_unfinished()["run_id"] == "run-1"


def test_a_landing_waits_for_the_lake_its_build_will_need(building, monkeypatch) -> None:
    waiting = subprocess.Popen(
        [sys.executable, "-m", "python_models.runs.run"],
        cwd=PROJECT_ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=os.environ | {"SLUICE_LOCK_WAIT_SECONDS": "600", "SLUICE_SOURCES": "/nowhere"},
    )  # fmt: skip
    try:
        assert waiting.stdout
        assert "Waiting for process" in waiting.stdout.readline()
        time.sleep(1)
        assert waiting.poll() is None
        assert not (lake().root / "dlt").exists()  # nothing lands meanwhile
        building.kill()
        # how long it takes is said before
        assert any("Landing" in waiting.stdout.readline() for _ in range(6))
    finally:
        waiting.kill()
        waiting.wait()


def test_a_look_at_what_would_go_needs_no_lock(building, capsys, monkeypatch) -> None:
    monkeypatch.setenv("SLUICE_LOCK_WAIT_SECONDS", "0")
    reset_settings()
    assert retention(Namespace(dry_run=True, json=True)) == 0
    with pytest.raises(lock.LakeLocked):
        retention(Namespace(dry_run=False, json=True))


def test_a_node_that_found_no_room_says_how_much_a_build_needs_where() -> None:
    said = invocation.reason("IO Error: Could not write file: No space left on device")
    assert said.startswith("The disk is full: a build needs about 64 MB at ")
    assert said.endswith("Could not write file: No space left on device")
    assert invocation.reason("a table is not there") == "a table is not there"


# a run of which every node is done, and what it says of itself then
_END = """
from ingestion.lakehouse import journal
from python_models.runs import invocation
status = invocation.record_end("i-9")
try:
    invocation.show_end("i-9", status)
finally:
    print([(run["status"], run["message"]) for run in journal.rows("select * from runs")])
"""


def test_a_run_that_readers_cannot_be_shown_has_failed_until_it_is_shown() -> None:
    with build_database() as build:
        make_things(build)
        publish(build, mart())
    run = {"invocation_id": "i-9", "run_id": "run-9", "started_at": journal.now()}
    journal.put("runs", [run | {"status": "running"}])
    command = f"{sys.executable} -c {shlex.quote(_END)}"
    full, again = on_a_small_disk(lake().root, command, free_kilobytes=500)
    assert full.code == 1
    assert "[('failed', 'The disk is full: the release file needs about" in full.said
    assert (again.code, again.said) == (0, "[('success', None)]\n")
