"""The ledger in Iceberg: one row per call, every attempt, the same after any crash of a fold."""

from __future__ import annotations

import shlex
import sys

import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.lake import lake
from python_models.llm import fold_journal, run_step
from python_models.llm.ledger import fold
from python_models.llm.ledger.forget import forget
from tests.faults.small_disk import on_a_small_disk
from tests.python_models.llm.steps import SINGLE, TOLERANT, machines

FIXED = {"call_id", "replicate", "node", "invocation_id", "status", "provider", "model",
         "prompt_tokens", "completion_tokens", "cost_usd"}  # fmt: skip


def rows(name: str) -> list[dict]:
    """Return a ledger table's rows."""
    return catalog().load_table(f"llm.{name}").scan().to_arrow().to_pylist()


def test_calls_and_attempts_are_what_the_server_counted(server, monkeypatch) -> None:
    monkeypatch.setenv("SLUICE_INVOCATION_ID", "run-1")
    server.show(first={"server_error": 2, "invalid_json": 1})
    run_step(None, machines(12), SINGLE, "llm_tests")
    fold_journal()
    calls, attempts, counters = rows("calls"), rows("attempts"), server.counters()
    assert len(calls) == 12
    assert calls[0].keys() >= FIXED
    assert {call["invocation_id"] for call in calls} == {"run-1"}
    assert len(attempts) == counters["requests"] == 15
    for kind in ("prompt_tokens", "completion_tokens"):
        assert sum(row[kind] for row in attempts) == counters[kind]
        assert sum(row[kind] for row in calls) == counters[kind]
    assert sum(call["attempts"] for call in calls) == counters["requests"]
    assert '"machine": "m-00000"' in calls[0]["row_key"] or calls[0]["row_key"]
    assert all("evidence" in call["input_messages"] for call in calls)


def test_folding_twice_changes_nothing(server) -> None:
    run_step(None, machines(5), SINGLE, "llm_tests")
    assert fold_journal()["calls"] == 5
    before = rows("calls")
    assert fold_journal() == {"calls": 0, "attempts": 0, "step_runs": 0}
    assert rows("calls") == before


def test_a_call_that_ends_later_replaces_its_row(server) -> None:
    server.show(first={"bad_request": 3})  # the first of them twice: once without its schema
    run_step(None, machines(5), TOLERANT, "llm_tests")
    fold_journal()
    assert sorted(row["status"] for row in rows("calls")) == ["failed"] * 2 + ["ok"] * 3
    run_step(None, machines(5), TOLERANT, "llm_tests")
    fold_journal()
    calls = rows("calls")
    assert [row["status"] for row in calls] == ["ok"] * 5
    assert sum(row["attempts"] for row in calls) == len(rows("attempts")) == 8


def test_a_forgotten_call_leaves_the_calls_and_its_attempts_stay(server) -> None:
    run_step(None, machines(5), SINGLE, "llm_tests")
    fold_journal()
    forget(lake().journal_db, call_ids=[rows("calls")[0]["call_id"]])
    fold_journal()
    assert len(rows("calls")) == 4
    assert [row["is_forgotten"] for row in rows("attempts")].count(True) == 1
    run_step(None, machines(5), SINGLE, "llm_tests")
    fold_journal()
    assert len(rows("calls")) == 5
    assert len(rows("attempts")) == 6


@pytest.mark.parametrize("point", ["before the commit", "after the commit"])
def test_a_fold_that_was_killed_is_finished_once(server, monkeypatch, point) -> None:
    run_step(None, machines(5), SINGLE, "llm_tests")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    name = "_commit" if point == "before the commit" else "_settle"
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(fold, name, killed)
        fold_journal()
    # a call changes between the crash and the next fold
    forget(lake().journal_db, call_ids=[_some_call()])
    run_step(None, machines(6), SINGLE, "llm_tests")
    fold_journal()
    calls = rows("calls")
    assert len(calls) == len({call["call_id"] for call in calls}) == 6
    assert {call["status"] for call in calls} == {"ok"}
    assert len(rows("attempts")) == 7


def _some_call() -> str:
    import sqlite3

    connection = sqlite3.connect(lake().journal_db)
    try:
        return connection.execute("select min(call_id) from llm_calls").fetchone()[0]
    finally:
        connection.close()


def test_the_ledger_reads_as_any_iceberg_table(server) -> None:
    from ingestion.lakehouse.catalog import metadata_locations
    from ingestion.lakehouse.extensions import iceberg_session

    run_step(None, machines(3), SINGLE, "llm_tests")
    fold_journal()
    connection = iceberg_session()
    location = metadata_locations("llm")["calls"]
    query = f"select count(*), sum(prompt_tokens), max(asked_at) from iceberg_scan('{location}')"
    count, tokens, asked_at = connection.execute(query).fetchone()
    assert (count, tokens) == (3, server.counters()["prompt_tokens"])
    assert asked_at.tzinfo is None


def test_what_the_cache_saved_is_counted(server, setting, journal) -> None:
    setting(llm_price_input_usd_per_million=10, llm_price_output_usd_per_million=10,
            llm_budget_usd=1)  # fmt: skip
    run_step(None, machines(4), SINGLE, "llm_tests")
    run_step(None, machines(5), SINGLE, "llm_tests")
    first, second = journal("select * from llm_step_runs order by started_at")
    assert (first["calls"], first["cached_calls"]) == (4, 0)
    assert (second["calls"], second["cached_calls"]) == (1, 4)
    assert second["saved_usd"] == pytest.approx(first["cost_usd"])


FOLDING = "from python_models.runs.build import fold_llm_journal; fold_llm_journal()"


def test_a_disk_full_amid_a_fold_says_how_much_is_needed_where_and_loses_nothing(server) -> None:
    run_step(None, machines(20), SINGLE, "llm_tests")
    with journal.journal() as connection:  # answers that no packing makes small
        connection.execute("update llm_calls set raw_answer = hex(randomblob(100000))")
    command = f"{sys.executable} -c {shlex.quote(FOLDING)}"
    full, again = on_a_small_disk(lake().root, command, free_kilobytes=1_000)
    assert full.code == 1
    assert "DiskFull: The disk is full: the ledger of answers needs about" in full.said
    assert f"MB at {lake().root}, where" in full.said
    assert again.code == 0, again.said
    folded = rows("calls")
    assert len({row["call_id"] for row in folded}) == len(folded) == len(rows("attempts")) == 20
    assert {len(row["raw_answer"]) for row in folded} == {200_000}
