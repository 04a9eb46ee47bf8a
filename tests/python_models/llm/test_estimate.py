"""What is said before a run is what the ledger says after it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from python_models.llm import run_step
from python_models.llm.ledger.recording import RECORDER, OnlyEstimated
from tests.python_models.llm.steps import GROUPED, SINGLE, TEXT, machines


def estimated(table, step):
    """Return what a step would ask; nothing is sent."""
    recorded = []
    token = RECORDER.set(recorded)
    try:
        with pytest.raises(OnlyEstimated):
            run_step(None, table, step, "llm_tests")
    finally:
        RECORDER.reset(token)
    return recorded[0]


@pytest.mark.parametrize("step", [SINGLE, GROUPED, TEXT])
def test_calls_are_exact_and_tokens_within_a_tenth(step, journal) -> None:
    run_step(None, machines(10), step, "llm_tests")
    before = estimated(machines(60), step)
    sent = journal("select count(*) as n from llm_attempts")[0]["n"]
    run_step(None, machines(60), step, "llm_tests")
    after = journal("select * from llm_step_runs order by started_at")[-1]
    assert before.calls == after["calls"]
    assert journal("select count(*) as n from llm_attempts")[0]["n"] - sent == before.calls
    for kind in ("prompt_tokens", "completion_tokens"):
        assert getattr(before, kind) == pytest.approx(after[kind], rel=0.1)
    assert before.usd == pytest.approx(after["cost_usd"], rel=0.1)


def test_a_server_with_a_history_is_estimated_from_it(server, setting, journal) -> None:
    setting(llm_price_input_usd_per_million=3, llm_price_output_usd_per_million=9,
            llm_budget_usd=5)  # fmt: skip
    run_step(None, machines(30), SINGLE, "llm_tests")
    before = estimated(machines(100), SINGLE)
    assert "30 answers" in before.basis
    run_step(None, machines(100), SINGLE, "llm_tests")
    after = journal("select * from llm_step_runs order by started_at")[-1]
    assert before.calls == after["calls"] == 70
    assert before.usd == pytest.approx(after["cost_usd"], rel=0.1)


def test_an_estimate_asks_nothing(server) -> None:
    one = estimated(machines(5), replace(SINGLE, model="another"))
    assert (one.calls, one.cached_calls) == (5, 0)
    assert server.counters()["requests"] == 0
