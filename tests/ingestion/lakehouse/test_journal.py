from __future__ import annotations

import sqlite3
import subprocess
import sys

import pytest

from ingestion.lakehouse import journal
from python_models.runs import invocation

_WRITE = """
import sys
from ingestion.lakehouse import journal
for number in range(25):
    journal.record_gate_results([{"gate": sys.argv[1], "expectation": str(number)}])
"""


def test_gate_result_keeps_what_it_is_given_and_fills_in_run_and_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLUICE_INVOCATION_ID", "i-1")
    journal.record_gate_results(
        [{"gate": "g", "table_name": "t", "success": False, "sample_keys": [{"id": 1}]}]
    )
    (row,) = journal.rows("select * from gate_results")
    assert (row["invocation_id"], row["gate"], row["success"]) == ("i-1", "g", 0)
    assert row["sample_keys"] == '[{"id": 1}]'
    assert row["checked_at"]


def test_secret_never_reaches_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANT_API_KEY", "canary-4711-secret")
    journal.record_gate_results([{"gate": "g", "observed": "refused canary-4711-secret"}])
    assert invocation.reason("Error: canary-4711-secret was refused") == "Error: *** was refused"
    assert "canary" not in str(journal.rows("select * from gate_results"))


def test_eight_processes_write_at_once_and_no_row_is_lost() -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITE, f"gate {number}"]) for number in range(8)
    ]
    assert [writer.wait() for writer in writers] == [0] * 8
    assert journal.rows("select count(*) as n from gate_results")[0]["n"] == 8 * 25


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("Binder Error: no such column", "Binder Error: no such column"),
        (
            'Traceback (most recent call last):\n  File "x.py", line 1, in f\n    g()\n'
            "expectations.gate.GateFailed: 3 promises failed\nsee ops.gate_results",
            "expectations.gate.GateFailed: 3 promises failed see ops.gate_results",
        ),
        (None, "no message"),
    ],
)
def test_reason_of_a_failure_is_said_without_the_frames_of_a_traceback(
    message: str | None, said: str
) -> None:
    assert invocation.reason(message) == said


def test_rows_of_several_tables_are_written_together_or_not_at_all() -> None:
    run = {"invocation_id": "i1", "run_id": "r1", "started_at": journal.now(), "status": "running"}
    given = ("recorded_at", "arguments", "variables", "environment", "files", "selected")
    asked = {"invocation_id": "i1", "run_id": "r1", **dict.fromkeys(given, "{}")}
    with pytest.raises(sqlite3.OperationalError):
        journal.put_together({"runs": [run], "run_args": [asked | {"no_such_column": 1}]})
    assert journal.rows("select * from runs") == []
    journal.put_together({"runs": [run], "run_args": [asked], "gate_results": []})
    counted = "select (select count(*) from runs) as runs, (select count(*) from run_args) as args"
    assert journal.rows(counted) == [{"runs": 1, "args": 1}]
