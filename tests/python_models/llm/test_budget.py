"""Ceilings hold to the last cent, and nobody is surprised by a bill."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import SettingsError
from python_models.llm import run_step
from tests.python_models.llm.steps import SINGLE, machines, statuses

PRICED = {"llm_price_input_usd_per_million": 10, "llm_price_output_usd_per_million": 30}


def test_a_paid_endpoint_without_a_budget_shows_the_estimate_and_asks_nothing(
    server, setting, capfd
) -> None:
    setting(**PRICED)
    table = run_step(None, machines(5), SINGLE, "llm_tests")
    assert statuses(table) == {"pending"}
    assert "LLM_BUDGET_USD" in table.column("error").to_pylist()[0]
    assert server.counters()["requests"] == 0
    assert "5 calls to make" in capfd.readouterr().err


def test_a_budget_of_nothing_gives_cached_answers_only(server, setting) -> None:
    run_step(None, machines(3), SINGLE, "llm_tests")
    setting(llm_budget_usd=0)
    table = run_step(None, machines(5), SINGLE, "llm_tests")
    assert table.column("status").to_pylist() == ["ok"] * 3 + ["pending"] * 2
    assert server.counters()["requests"] == 3


def test_a_model_without_a_price_is_an_error_that_says_how_to_give_one(
    server, monkeypatch, setting
) -> None:
    monkeypatch.delenv("LLM_PRICE_INPUT_USD_PER_MILLION")
    setting(llm_model="nobody/knows-1")
    with pytest.raises(SettingsError, match="LLM_PRICE_INPUT_USD_PER_MILLION"):
        run_step(None, machines(1), SINGLE, "llm_tests")


@pytest.mark.parametrize("unit", ["usd", "tokens", "calls"])
def test_a_ceiling_is_never_passed_and_the_next_run_pays_the_rest_only(
    server, setting, monkeypatch, journal, unit
) -> None:
    server.show(latency_ms=5)
    ceiling = {"usd": 0.06, "tokens": 6000, "calls": 12}[unit]
    setting(**PRICED | {"llm_budget_usd": 100, f"llm_budget_{unit}": ceiling, "llm_concurrency": 8})
    monkeypatch.setenv("SLUICE_INVOCATION_ID", "first")
    first = run_step(None, machines(60), SINGLE, "llm_tests")
    assert statuses(first) == {"ok", "pending"}
    assert "budget" in first.column("error").to_pylist()[-1]
    counters = server.counters()
    spent = {
        "usd": (counters["prompt_tokens"] * 10 + counters["completion_tokens"] * 30) / 1e6,
        "tokens": counters["prompt_tokens"] + counters["completion_tokens"],
        "calls": counters["requests"],
    }
    assert 0.5 * ceiling < spent[unit] <= ceiling
    total = journal("select sum(cost_usd) as usd from llm_attempts")[0]["usd"]
    assert total == pytest.approx(spent["usd"])
    setting(llm_budget_usd=100, llm_budget_tokens="", llm_budget_calls="")
    monkeypatch.setenv("SLUICE_INVOCATION_ID", "second")
    assert statuses(run_step(None, machines(60), SINGLE, "llm_tests")) == {"ok"}
    assert server.counters()["requests"] == 60


def test_a_step_has_ceilings_of_its_own(server) -> None:
    table = run_step(None, machines(20), replace(SINGLE, max_calls=7), "llm_tests")
    assert table.column("status").to_pylist().count("ok") == 7
    assert server.counters()["requests"] == 7


def test_what_a_run_spent_before_a_retry_counts(server, setting, monkeypatch) -> None:
    from python_models.llm.asking.runtime import close_runtime

    monkeypatch.setenv("SLUICE_INVOCATION_ID", "one")
    setting(llm_budget_calls=10)
    run_step(None, machines(6), SINGLE, "llm_tests")
    close_runtime()
    table = run_step(None, machines(20), SINGLE, "llm_tests")
    assert table.column("status").to_pylist().count("ok") == 10
    assert server.counters()["requests"] == 10


def test_layers_of_a_run_share_its_budget_and_who_resumes_it_has_one_of_their_own(
    server, setting, monkeypatch
) -> None:
    setting(llm_budget_calls=10)
    before = {"layer-1": "", "layer-2": "layer-1", "resumed": "", "later": "resumed other"}
    asked = {}
    for number, (name, layers) in enumerate(before.items()):
        monkeypatch.setenv("SLUICE_INVOCATION_ID", name)
        monkeypatch.setenv(journal.LAYERS_BEFORE, layers)
        rows = machines(6 * (number + 1)).slice(6 * number)
        table = run_step(None, rows, SINGLE, "llm_tests")
        asked[name] = table.column("status").to_pylist().count("ok")
    assert asked == {"layer-1": 6, "layer-2": 4, "resumed": 6, "later": 4}
