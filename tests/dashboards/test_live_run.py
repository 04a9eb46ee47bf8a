"""The run going on: every phase from the start, with what it has done and spent so far."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Any

import pytest

from dashboards.parts.live_phases import live_run
from dashboards.parts.run_live import _said
from dashboards.parts.text import so_far
from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from python_models.llm.asking.asking import say_wanted
from python_models.llm.asking.asking_context import Asked
from python_models.llm.ledger.journal import Journal
from python_models.runs import planned
from python_models.runs.build import fold_llm_journal

BEGAN = datetime(2026, 1, 1, 12)
STEP = "llm_telemetry__assessments_written"
GRAPH = {
    f"model.sluice.{name}": {
        "name": name,
        "resource_type": "model",
        "fqn": ["sluice", "telemetry", folder, name],
    }
    for name, folder in (
        ("stg_telemetry__readings", "staging"),
        ("int_telemetry__cycles", "intermediate"),
        ("int_telemetry__issues", "intermediate"),
        (STEP, "llm"),
        ("cycles", "marts"),
    )
}


def run_of(invocation: str, status: str, seconds: float | None = None) -> None:
    row = {"invocation_id": invocation, "run_id": f"run-{invocation}", "status": status}
    journal.put("runs", [row | {"started_at": str(BEGAN), "seconds": seconds}])


def node_of(invocation: str, name: str, phase: str, **more: Any) -> None:
    row: dict[str, Any] = {
        "invocation_id": invocation,
        "run_id": f"run-{invocation}",
        "unique_id": f"model.sluice.{name}",
        "node": name,
        "domain": "telemetry",
        "phase": phase,
        "status": "success",
        "resource_type": "model",
        "started_at": str(BEGAN),
        "ended_at": str(BEGAN + timedelta(seconds=4)),
        "seconds": 4.0,
        "rows_in": 10,
        "rows_out": 9,
    }
    journal.put("node_runs", [row | more])


@pytest.fixture
def going_on(clean_settings: None) -> None:
    """A run two minutes old that asks a model, after one that took 20 s for a mart."""
    run_of("before", "success", 24.0)
    node_of("before", "cycles", "5 marts", seconds=20.0)
    run_of("now", "running")
    planned.write("now", GRAPH, [*GRAPH, "test.sluice.unknown"])
    node_of("now", "stg_telemetry__readings", "2 staging")
    node_of("now", "int_telemetry__cycles", "3 intermediate")
    node_of("now", STEP, "4 llm", status="running", ended_at=None, seconds=None, rows_out=None)


def ask(answered: int, sent: int) -> None:
    path = lake().journal_db
    ledger = Journal(path)
    ledger.flush()
    ledger.close()
    with sqlite3.connect(path) as connection:
        for number in range(answered + sent):
            state, cost = ("answered", 0.01) if number < answered else ("sent", None)
            connection.execute(
                "insert into llm_attempts (attempt_id, call_id, state, node, invocation_id,"
                " cost_usd) values (?, ?, ?, ?, 'now', ?)",
                (f"a{number}", f"c{number}", state, STEP, cost),
            )
        connection.execute(
            "insert into llm_meta values (?, ?)",
            (f"asking now {STEP} some-model", '{"calls": 30, "cached": 5}'),
        )


def phase(name: str, seconds: float = 125) -> dict[str, Any]:
    run = live_run(BEGAN + timedelta(seconds=seconds))
    assert run is not None
    return next(row for row in run.phases if row["phase"] == name)


def test_every_phase_has_a_row_from_the_start(going_on: None) -> None:
    run = live_run(BEGAN + timedelta(seconds=135))
    assert run is not None
    assert [(row["product"], row["phase"], row["status"], row["nodes"]) for row in run.phases] == [
        ("Telemetry", "2 staging", "done", "1 of 1"),
        ("Telemetry", "3 intermediate", "running, 2m 15s so far", "1 of 2"),
        ("Telemetry", "4 llm", "running, 2m 15s so far", "0 of 1"),
        ("Telemetry", "5 marts", "waiting", "0 of 1"),
    ]
    assert (run.nodes_done, run.nodes) == (2, 5)
    assert phase("2 staging")["seconds"] == 4.0


def test_calls_and_money_are_told_while_a_step_asks(going_on: None) -> None:
    ask(answered=10, sent=2)
    told = phase("4 llm", 100)
    assert told["rows"] == "15 of 30 answers"
    assert (told["calls"], told["cached"], told["usd"]) == (12, 5, pytest.approx(0.10))
    assert told["left"] == "about 2m 30s"  # ten answers in 100 s, 15 more are wanted
    assert phase("5 marts")["left"] == "about 20s"  # as the last time
    run = live_run(BEGAN + timedelta(seconds=100))
    assert run is not None and "12 calls, \\$0.1000 so far" in _said(run)


def test_a_step_that_has_ended_says_itself_what_it_came_to(going_on: None) -> None:
    ask(answered=10, sent=0)
    with sqlite3.connect(lake().journal_db) as connection:
        connection.execute(
            "insert into llm_step_runs (step_run_id, invocation_id, node, calls, cached_calls,"
            " cost_usd) values ('s', 'now', ?, 25, 5, 0.25)",
            (STEP,),
        )
    told = phase("4 llm")
    assert (told["calls"], told["cached"], told["usd"], told["rows"]) == (25, 5, 0.25, None)


def test_what_a_step_wants_is_noted_until_the_run_is_over(
    clean_settings: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Journal(lake().journal_db)
    asked = Asked.__new__(Asked)
    asked.invocation_id, asked.node, asked.model = "now", STEP, "some-model"
    runtime: Any = type("Runtime", (), {"journal": ledger})()
    say_wanted(runtime, asked, 30, 5)
    ledger.flush()
    noted = "select name, value from llm_meta where name like 'asking %'"
    assert journal.rows(noted) == [
        {"name": f"asking now {STEP} some-model", "value": '{"calls": 30, "cached": 5}'}
    ]
    ledger.close()
    monkeypatch.setattr("python_models.runs.build._is_something_unfolded", lambda: False)
    fold_llm_journal()
    assert journal.rows(noted) == []


def test_a_plan_is_of_the_run_it_was_written_for(going_on: None) -> None:
    assert planned.read("before") == {}
    (lake().root / "logs" / "planned.json").write_text("half a fi")
    assert planned.read("now") == {}
    run = live_run()
    assert run is not None
    begun = [row["state"] for row in run.phases if row["state"] != "waiting"]
    assert begun == ["success", "success", "running"]


def test_no_run_is_no_row(clean_settings: None) -> None:
    assert live_run() is None


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, "0s"), (42.9, "42s"), (135, "2m 15s"), (3900, "1h 05m")]
)
def test_how_long_something_has_been_going_on_is_said_shortly(
    seconds: float | None, said: str
) -> None:
    assert so_far(seconds) == said
