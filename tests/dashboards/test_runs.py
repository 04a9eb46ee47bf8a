"""A run started from a page: its command, its progress, its end, its cancellation."""

from __future__ import annotations

import json
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from dashboards.parts import runner
from dashboards.parts.build_progress import progress, read_progress
from dashboards.parts.live_phases import live_run
from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import reset_settings
from tests.dashboards.pages import failures, page, words

# what a run of dbt writes at level info, shortened to the fields that are read
LOG = [
    {"name": "LogStartLine", "node": "cycles", "total": 3},
    {"name": "LogModelResult", "node": "cycles", "total": 3, "state": "success", "seconds": 1.5},
    {"name": "LogStartLine", "node": "issues", "total": 3},
    {"name": "LogModelResult", "node": "issues", "total": 3, "state": "error", "seconds": 0.2},
    {"name": "SkippingDetails", "node": "reports", "total": 3, "state": "skipped"},
    {"name": "RunResultError", "node": "issues", "msg": "Runtime Error\n  it broke"},
]


def log_line(name: str, node: str, **more: object) -> str:
    described = {
        "unique_id": f"model.sluice.{node}",
        "node_name": node,
        "resource_type": "model",
        "node_status": more.get("state", "started"),
        "node_started_at": "2026-01-01T00:00:00",
    }
    data = {"node_info": described}
    data |= {name: more[name] for name in ("total", "msg") if name in more}
    if "seconds" in more:
        data["execution_time"] = more["seconds"]
    return json.dumps({"info": {"name": name, "ts": "2026-01-01T00:00:00Z"}, "data": data})


def until(said: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def state() -> str:
    run = runner.latest_run()
    return run.state if run else "none"


def program(text: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(text)]


def test_progress_is_read_from_the_log_while_it_is_written() -> None:
    lines = [log_line(**event) for event in LOG]
    half = progress([*lines[:3], lines[3][:40]])
    assert (half.done(), half.total) == (1, 3)
    assert [node.status for node in half.nodes.values()] == ["success", "running"]
    whole = progress(lines)
    assert [node.status for node in whole.nodes.values()] == ["success", "error", "skipped"]
    assert whole.share() == 1.0
    assert whole.nodes["model.sluice.issues"].message == "Runtime Error it broke"


def test_a_unit_test_has_the_status_dbt_prints() -> None:
    event = json.loads(log_line("LogTestResult", "a_rule_holds", state="None"))
    event["data"]["status"] = "PASS"
    assert progress([json.dumps(event)]).nodes["model.sluice.a_rule_holds"].status == "pass"


def test_no_log_yet_is_no_progress_yet(tmp_path: Path) -> None:
    assert read_progress(tmp_path / "dbt.log").done() == 0


def test_a_slice_becomes_options_of_the_run() -> None:
    command = runner.pipeline_command(
        {"from": "2026-01-01", "to": "2026-01-31", "controls": "a,--b"}
    )
    assert command[1:] == [
        "-m",
        "python_models.runs.run",
        "--from=2026-01-01",
        "--to=2026-01-31",
        "--controls=a,--b",
    ]


def test_a_started_run_is_followed_to_its_end() -> None:
    lines = "\\n".join(log_line(**event) for event in LOG).replace("'", "")
    run = runner.start(
        program(f"""
            import os, pathlib
            folder = pathlib.Path(os.environ["DBT_LOG_PATH"])
            assert os.environ["DBT_LOG_FORMAT_FILE"] == "json"
            (folder / "dbt.log").write_text({lines!r}.replace("\\\\n", "\\n"))
            print("landed 5 rows")
        """),
        "Run of a test",
    )
    until(lambda: state() == "succeeded")
    assert "landed 5 rows" in run.output.read_text()
    assert (read_progress(run.log).total or 0) >= 1


def test_a_run_that_fails_says_so() -> None:
    runner.start(program("raise SystemExit(3)"), "Run of a test")
    until(lambda: state() == "failed")
    assert runner.latest_run().exit_code == 3


def test_only_one_run_is_started_at_a_time() -> None:
    runner.start(program("import time; time.sleep(60)"), "First")
    with pytest.raises(runner.RunActive):
        runner.start(program("print(1)"), "Second")
    runner.cancel(runner.latest_run())


def test_cancelling_ends_the_run_and_what_it_started(tmp_path: Path) -> None:
    note = tmp_path / "child"
    run = runner.start(
        program(f"""
            import subprocess, sys, time, pathlib
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            pathlib.Path({str(note)!r}).write_text(str(child.pid))
            time.sleep(60)
        """),
        "Run of a test",
    )
    until(lambda: note.exists() and bool(note.read_text()))
    runner.cancel(run)
    until(lambda: state() == "cancelled")
    assert not _alive(int(note.read_text()))


def test_the_page_starts_a_run_with_its_parameters(
    released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "sys", SimpleNamespace(executable=_echo(Path(released).parent)))
    tested = page("telemetry", {"view": "Start a run"})
    tested.date_input(key="run_from").set_value("2026-01-03")
    tested.multiselect(key="run_controls").set_value(["oven-01"])
    next(button for button in tested.button if button.label == "Start the run").click().run()
    assert failures(tested) == []
    until(lambda: state() == "succeeded")
    said = runner.latest_run().output.read_text()
    assert said.split() == [
        "-m",
        "python_models.runs.run",
        "--from=2026-01-03",
        "--controls=oven-01",
    ]


def test_dates_in_the_wrong_order_start_nothing(released: Path) -> None:
    tested = page("telemetry", {"view": "Start a run"})
    tested.date_input(key="run_from").set_value("2026-01-05")
    tested.date_input(key="run_to").set_value("2026-01-03")
    next(button for button in tested.button if button.label == "Start the run").click().run()
    assert tested.error[0].value == "From lies after To."
    assert runner.latest_run() is None


def test_the_runs_page_shows_and_cancels_a_run(released: Path) -> None:
    runner.start(
        program("import time; print('landing', flush=True); time.sleep(60)"), "Run of a test"
    )
    tested = page("runs")
    assert "**Run of a test**" in words(tested)
    next(button for button in tested.button if button.label == "Cancel").click().run()
    until(lambda: state() == "cancelled")
    tested = page("runs")
    assert "Resume this run" in [button.label for button in tested.button]


def test_a_failed_run_can_be_resumed(released: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "sys", SimpleNamespace(executable=_echo(Path(released).parent)))
    tested = page("runs")
    next(button for button in tested.button if button.label.startswith("Resume from")).click().run()
    until(lambda: state() == "succeeded")
    said = runner.latest_run().output.read_text()
    assert said.split() == ["-m", "python_models.runs", "resume", "--run=run-3"]


def test_phases_of_a_build_going_on_come_from_the_journal() -> None:
    reset_settings()
    run = {"invocation_id": "i", "run_id": "r", "started_at": journal.now(), "status": "running"}
    journal.put("runs", [run])
    node = {
        "invocation_id": "i",
        "run_id": "r",
        "phase": "2 staging",
        "started_at": journal.now(),
        "ended_at": journal.now(),
        "rows_in": 10,
        "rows_out": 9,
        "seconds": 1.0,
    }
    journal.put(
        "node_runs",
        [
            node | {"unique_id": "a", "node": "a", "status": "success"},
            node | {"unique_id": "b", "node": "b", "status": "running", "phase": "3 intermediate"},
        ],
    )
    run = live_run()
    assert run is not None
    assert [(row["phase"], row["state"]) for row in run.phases if row["state"] != "waiting"] == [
        ("2 staging", "success"),
        ("3 intermediate", "running"),
    ]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def _echo(folder: Path) -> str:
    script = folder / "echo.sh"
    script.write_text('#!/bin/sh\necho "$@"\n')
    script.chmod(0o755)
    return str(script)


def test_the_run_started_last_is_the_latest_whatever_the_clock_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for title, at in (("first", "2026-01-02 00:00:00.0"), ("second", "2026-01-01 00:00:00.0")):
        monkeypatch.setattr(journal, "now", lambda at=at: at)
        runner.start([sys.executable, "-c", "pass"], title)
        assert runner.latest_run().title == title
        until(lambda: state() == "succeeded")
