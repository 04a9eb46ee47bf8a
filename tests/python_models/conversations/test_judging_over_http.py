"""The judged tier against a server of its own, over HTTP, with answers that take their time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingestion.lakehouse.settings import reset_settings
from python_models.conversations.judgement import STEP
from python_models.llm import run_step
from python_models.llm.asking.runtime import close_runtime
from tests.python_models.conversations.judging import judged_table, many_judged_rows
from tests.python_models.llm.server import Server

CONVERSATIONS = 120
IN_FLIGHT = 24


@pytest.fixture
def slow_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server whose answers take longer than a busy machine does to send, and its settings."""
    server = Server(latency_ms=400)
    monkeypatch.setenv("LLM_BASE_URL", server.url)
    monkeypatch.setenv("LLM_PRICE_INPUT_USD_PER_MILLION", "0")
    monkeypatch.setenv("LLM_PRICE_OUTPUT_USD_PER_MILLION", "0")
    monkeypatch.setenv("LLM_CONCURRENCY", str(IN_FLIGHT))
    reset_settings()
    yield server
    close_runtime()
    server.stop()


def test_a_server_that_takes_many_at_once_is_kept_busy_and_every_answer_is_bought_once(
    slow_server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = many_judged_rows(CONVERSATIONS)
    found = run_step(None, judged_table(rows), STEP, "judged").to_pylist()
    assert {row["status"] for row in found} == {"ok"}
    counted = slow_server.counters()
    assert counted["most_in_flight"] == IN_FLIGHT
    assert counted["requests"] == counted["distinct_prompts"] == CONVERSATIONS
    assert f"{CONVERSATIONS} of {CONVERSATIONS}" in capsys.readouterr().err
    again = run_step(None, judged_table(rows), STEP, "judged").to_pylist()
    assert [row["safety"] for row in again] == [row["safety"] for row in found]
    assert slow_server.counters()["requests"] == CONVERSATIONS


def test_what_is_judged_before_a_stop_is_kept_and_the_rest_asked_later(
    slow_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = many_judged_rows(CONVERSATIONS)
    monkeypatch.setenv("LLM_BUDGET_CALLS", "100")
    reset_settings()
    first = run_step(None, judged_table(rows), STEP, "judged").to_pylist()
    judged = {row["conversation_id"] for row in first if row["status"] == "ok"}
    assert len(judged) == 100
    # priorities fall from the first row on: those are the ones the money went to
    assert judged == {row["conversation_id"] for row in rows[:100]}
    monkeypatch.setenv("LLM_BUDGET_CALLS", "1000")
    reset_settings()
    close_runtime()
    second = run_step(None, judged_table(rows), STEP, "judged").to_pylist()
    assert {row["status"] for row in second} == {"ok"}
    assert slow_server.counters()["requests"] == CONVERSATIONS
