"""The provider's batch API: submitted once, taken in any order, resumed after a crash."""

from __future__ import annotations

import pytest

from python_models.llm import run_step
from python_models.llm.asking.runtime import close_runtime
from python_models.llm.features.batch_mode import BatchAsker
from tests.python_models.llm.steps import SINGLE, TOLERANT, machines, statuses


@pytest.fixture(autouse=True)
def batch_mode(server, setting) -> None:
    setting(llm_mode="batch")


def test_a_batch_gives_the_answers_single_calls_give(server, setting, journal) -> None:
    table = run_step(None, machines(20), SINGLE, "llm_tests")
    assert statuses(table) == {"ok"}
    assert all(row["machine"] in row["summary"] for row in table.to_pylist())
    assert journal("select state, count(*) as n from llm_attempts group by 1") == [
        {"state": "answered", "n": 20}
    ]
    setting(llm_mode="adaptive")
    assert run_step(None, machines(20), SINGLE, "llm_tests").equals(table)
    assert server.counters()["answered"] == 20


def test_a_bad_answer_goes_into_another_batch(server, journal) -> None:
    server.show(first={"invalid_json": 2})
    table = run_step(None, machines(6), SINGLE, "llm_tests")
    assert sorted(table.column("status").to_pylist()) == ["ok"] * 4 + ["repaired"] * 2
    assert len(journal("select * from llm_batches where state = 'completed'")) == 2


def test_a_request_that_failed_in_a_batch_is_asked_by_the_next_run(server) -> None:
    server.show(first={"server_error": 1})
    first = run_step(None, machines(12), TOLERANT, "llm_tests")
    assert sorted(first.column("status").to_pylist()) == ["failed"] + ["ok"] * 11
    assert statuses(run_step(None, machines(12), TOLERANT, "llm_tests")) == {"ok"}
    assert server.counters()["answered"] == 12


def test_a_batch_that_takes_longer_leaves_rows_pending_and_is_taken_up_again(
    server, setting, journal
) -> None:
    server.show(latency_ms=2500)
    setting(llm_deadline_seconds=1)
    first = run_step(None, machines(8), SINGLE, "llm_tests")
    assert statuses(first) == {"pending"}
    assert "under way" in first.column("error").to_pylist()[0]
    close_runtime()
    setting(llm_deadline_seconds=30)
    assert statuses(run_step(None, machines(8), SINGLE, "llm_tests")) == {"ok"}
    assert server.counters()["answered"] == 8
    assert len(journal("select * from llm_batches")) == 1
    states = {row["state"] for row in journal("select state from llm_attempts")}
    assert states == {"answered"}


def test_a_submission_nobody_saw_acknowledged_is_found_again(server, monkeypatch, journal) -> None:
    submit = BatchAsker._submit

    async def submit_and_die(self, group):
        batch_id = await submit(self, group)
        batch = await self._lane.client.batches.retrieve(batch_id)
        back = "update llm_batches set batch_id = ?, state = 'submitting' where batch_id = ?"
        local_id = batch.metadata["sluice_batch"]
        await self._runtime.journal.write([(back, (local_id, batch_id))])
        raise RuntimeError("killed")

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(BatchAsker, "_submit", submit_and_die)
        run_step(None, machines(4), SINGLE, "llm_tests")
    close_runtime()
    assert statuses(run_step(None, machines(4), SINGLE, "llm_tests")) == {"ok"}
    assert server.counters()["answered"] == 4
    assert len(journal("select * from llm_batches where state = 'completed'")) == 1


def test_a_batch_takes_no_more_than_the_budget_allows(server, setting) -> None:
    setting(llm_budget_calls=5)
    table = run_step(None, machines(12), SINGLE, "llm_tests")
    assert table.column("status").to_pylist().count("ok") == 5
    assert server.counters()["requests"] == 5


def test_a_batch_costs_the_share_the_price_list_says(
    setting, journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LLM_PRICE_INPUT_USD_PER_MILLION", "LLM_PRICE_OUTPUT_USD_PER_MILLION"):
        monkeypatch.delenv(name)
    setting(llm_model="gpt-4o-mini", llm_budget_usd=1)
    run_step(None, machines(5), SINGLE, "llm_tests")
    tokens = "sum(prompt_tokens) as prompt, sum(completion_tokens) as completion"
    found = journal(f"select {tokens}, sum(cost_usd) as usd from llm_attempts")[0]
    single = (0.15 * found["prompt"] + 0.60 * found["completion"]) / 1e6
    assert found["usd"] == pytest.approx(single / 2)
