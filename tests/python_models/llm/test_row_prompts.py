"""Steps whose prompts come as data: model, endpoint and parameters differ from row to row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import SettingsError, reset_settings
from python_models.llm.asking.runtime import close_runtime, runtime
from python_models.llm.endpoints.named_endpoints import named_endpoints
from python_models.llm.ledger.recording import RECORDER, OnlyEstimated
from python_models.llm.offline.request import RULES, OfflineRequest
from python_models.llm.run import run_step
from python_models.llm.step import RowPrompts, Step
from tests.python_models.llm.server import Server

STEP = Step(
    name="rows_that_say_it_all",
    template=None,
    answer=None,
    key=("row_id",),
    replicate="replicate",
    prompts=RowPrompts(is_asked="is_asked", is_due="is_due"),
)


@pytest.fixture(autouse=True)
def echo(monkeypatch: pytest.MonkeyPatch) -> Any:
    def rule(request: OfflineRequest) -> str:
        known = request.parameters
        return f"  {known['model']} said {request.text} ({known.get('replicate', 0)})\n"

    monkeypatch.setitem(RULES, STEP.name, rule)
    yield
    close_runtime()


def row(row_id: str, text: str, **more: Any) -> dict[str, Any]:
    return {
        "row_id": row_id, "messages": text, "template_id": "t", "template_hash": "hash-of-t",
        "endpoint": "offline", "model": "m1", "parameters": '{"max_tokens": 100}', "replicate": 0,
        "is_asked": True, "is_due": True,
    } | more  # fmt: skip


def ask(*rows: dict[str, Any], **more: Any) -> dict[str, dict[str, Any]]:
    answers = run_step(None, pa.Table.from_pylist(list(rows)), STEP, "llm_test", **more)
    return {answer["row_id"]: answer for answer in answers.to_pylist()}


def journal(query: str) -> list[tuple[Any, ...]]:
    import sqlite3

    runtime().journal.flush()
    with sqlite3.connect(lake().journal_db) as connection:
        return connection.execute(query).fetchall()


def test_text_is_kept_as_it_came_with_what_ended_it_and_which_template_asked() -> None:
    answer = ask(row("a", "hello"))["a"]
    assert answer["text"] == answer["raw_answer"] == "  m1 said hello (0)\n"
    assert answer["finish_reason"] == "stop"
    assert (answer["prompt_template"], answer["prompt_hash"]) == ("t", "hash-of-t")
    assert journal("select prompt_template, prompt_hash, endpoint from llm_calls") == [
        ("t", "hash-of-t", "offline")
    ]


def test_rows_of_one_step_differ_in_model_parameters_and_replicate() -> None:
    answers = ask(
        row("a", "x"),
        row("b", "x", model="m2"),
        row("c", "x", replicate=1),
        row("d", "x", parameters='{"max_tokens": 50}'),
    )
    assert len({answer["call_id"] for answer in answers.values()}) == 4
    assert answers["b"]["text"].strip() == "m2 said x (0)"
    assert answers["c"]["text"].strip() == "m1 said x (1)"
    stored = journal("select request_parameters from llm_calls order by 1")
    assert [json.loads(text) for (text,) in stored] == [
        {"max_tokens": 100},
        {"max_tokens": 100},
        {"max_tokens": 100},
        {"max_tokens": 50},
    ]  # what a row does not say is not sent: some models refuse a temperature


def test_same_question_by_two_templates_is_asked_once() -> None:
    answers = ask(row("a", "x"), row("b", "x", template_id="u", template_hash="hash-of-u"))
    assert answers["a"]["call_id"] == answers["b"]["call_id"]
    assert answers["b"]["status"] == "ok"
    assert answers["b"]["prompt_template"] == "u"
    assert journal("select count(*) from llm_attempts") == [(1,)]
    counted = "select sum(calls), sum(cached_calls), min(provider) from llm_step_runs"
    assert journal(counted) == [(1, 0, "offline-rules")]
    ask(row("a", "x"), row("b", "x", template_id="u", template_hash="hash-of-u"))
    assert journal(counted) == [(1, 1, "offline-rules")]


def test_messages_in_json_are_sent_as_messages() -> None:
    said = [{"role": "system", "content": "be short"}, {"role": "user", "content": "hello"}]
    assert ask(row("a", json.dumps(said)))["a"]["text"].strip() == "m1 said hello (0)"
    assert json.loads(journal("select input_messages from llm_calls")[0][0]) == said


def test_row_that_is_not_asked_takes_what_the_ledger_has_and_nothing_else() -> None:
    ask(row("a", "known"))
    answers = ask(
        row("a", "known", is_asked=False, is_due=False),
        row("b", "unknown", is_asked=False, is_due=False),
        row("c", "wanted later", is_asked=False),
    )
    assert [answers[name]["status"] for name in "abc"] == ["ok", "pending", "pending"]
    assert journal("select count(*) from llm_attempts") == [(1,)]
    latest = "select rows_pending from llm_step_runs order by started_at desc limit 1"
    assert journal(latest) == [(1,)]


def test_row_without_a_prompt_fails_alone() -> None:
    answers = ask(*(row(str(at), f"q{at}") for at in range(12)), row("empty", "  "))
    assert answers["empty"]["status"] == "failed"
    assert "no prompt" in answers["empty"]["error"]
    assert all(answers[str(at)]["status"] == "ok" for at in range(12))


def test_budget_of_nothing_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_BUDGET_USD", "0")
    reset_settings()
    answers = ask(row("a", "x"), row("b", "x", model="m2"))
    assert {answer["status"] for answer in answers.values()} == {"pending"}
    assert "LLM_BUDGET_USD=0" in answers["a"]["error"]
    assert journal("select count(*) from llm_attempts") == [(0,)]


def test_ceiling_of_a_step_holds_for_all_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    table = pa.Table.from_pylist([row(str(at), f"q{at}", model=f"m{at}") for at in range(6)])
    answers = run_step(None, table, replace(STEP, max_calls=2), "llm_test").to_pylist()
    assert sorted(answer["status"] for answer in answers) == ["ok"] * 2 + ["pending"] * 4
    assert journal("select count(*) from llm_attempts") == [(2,)]


def test_estimate_states_calls_that_are_sure_and_those_that_may_come() -> None:
    ask(row("a", "x"))
    recorded: list[Any] = []
    token = RECORDER.set(recorded)
    waiting = pa.Table.from_pylist([row(str(at), "a stand-in") for at in range(5)])
    try:
        with pytest.raises(OnlyEstimated):
            ask(row("a", "x"), row("b", "y"), row("c", "y"), coming=lambda: waiting)
    finally:
        RECORDER.reset(token)
    assert (recorded[0].rows, recorded[0].calls, recorded[0].cached_calls) == (3, 1, 1)
    assert recorded[0].most_calls == 6
    assert journal("select count(*) from llm_attempts") == [(1,)]


def name_endpoint(monkeypatch: pytest.MonkeyPatch, name: str, **parts: str) -> None:
    for part, value in parts.items():
        monkeypatch.setenv(f"LLM_ENDPOINT_{name}_{part}", value)
    reset_settings()


def test_one_step_asks_several_endpoints_each_at_its_own_address(
    shared_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared_server.show()
    free = {"PRICE_INPUT_USD_PER_MILLION": "0", "PRICE_OUTPUT_USD_PER_MILLION": "0"}
    key = "key-of-the-first-0123456789"
    name_endpoint(monkeypatch, "FIRST", BASE_URL=shared_server.url, API_KEY=key, **free)
    name_endpoint(monkeypatch, "SECOND", BASE_URL=shared_server.url, CONCURRENCY="1", **free)
    answers = ask(row("a", "x"), row("b", "x", endpoint="first"), row("c", "x", endpoint="second"))
    assert {answer["status"] for answer in answers.values()} == {"ok"}
    assert len({answer["call_id"] for answer in answers.values()}) == 3
    assert shared_server.counters()["answered"] == 2
    assert {name for (name,) in journal("select endpoint from llm_calls")} == {
        "offline", "first", "second",
    }  # fmt: skip
    assert key.encode() not in lake().journal_db.read_bytes()


def test_endpoint_nobody_knows_is_named_before_anything_is_asked() -> None:
    with pytest.raises(SettingsError, match="LLM_ENDPOINT_ELSEWHERE_BASE_URL"):
        ask(row("a", "x"), row("b", "x", endpoint="elsewhere"))
    assert journal("select count(*) from llm_attempts") == [(0,)]


def test_price_of_the_default_endpoint_is_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_PRICE_INPUT_USD_PER_MILLION", "0")
    monkeypatch.setenv("LLM_PRICE_OUTPUT_USD_PER_MILLION", "0")
    name_endpoint(monkeypatch, "PAID", BASE_URL="http://127.0.0.1:9/v1")
    with pytest.raises(SettingsError, match="LLM_ENDPOINT_PAID_PRICE_INPUT"):
        ask(row("a", "x", endpoint="paid", model="unheard-of"))
    answer = ask(row("a", "x", endpoint="paid", model="gpt-4o-mini"))["a"]
    assert answer["status"] == "pending"
    assert "no budget is set" in answer["error"]


def test_endpoint_setting_that_is_wrong_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name_endpoint(monkeypatch, "LAB", API_KEY="secret-in-the-wrong-place")
    with pytest.raises(SettingsError) as error:
        named_endpoints()
    assert "LLM_ENDPOINT_LAB_BASE_URL" in str(error.value)
    assert "secret-in-the-wrong-place" not in str(error.value)


def test_names_that_are_taken_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    name_endpoint(monkeypatch, "OFFLINE", BASE_URL="http://127.0.0.1:9/v1")
    with pytest.raises(SettingsError, match="is taken"):
        named_endpoints()


def test_answers_of_an_endpoint_that_is_no_longer_set_are_still_there(
    shared_server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shared_server.show()
    free = {"PRICE_INPUT_USD_PER_MILLION": "0", "PRICE_OUTPUT_USD_PER_MILLION": "0"}
    with monkeypatch.context() as patch:
        name_endpoint(patch, "GONE", BASE_URL=shared_server.url, **free)
        before = ask(row("a", "x", endpoint="gone"))["a"]
    reset_settings()
    after = ask(row("a", "x", endpoint="gone"))["a"]
    assert after["status"] == before["status"] == "ok"
    assert after["call_id"] == before["call_id"]


def test_key_of_a_named_endpoint_never_reaches_the_journal(
    shared_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared_server.show(rates={"echo_key": 1.0})
    key = "another-key-9876543210"
    free = {"PRICE_INPUT_USD_PER_MILLION": "0", "PRICE_OUTPUT_USD_PER_MILLION": "0"}
    name_endpoint(monkeypatch, "ECHO", BASE_URL=shared_server.url, API_KEY=key, **free)
    monkeypatch.setenv("LLM_DEADLINE_SECONDS", "1")
    reset_settings()
    try:
        ask(*(row(str(at), f"q{at}") for at in range(19)), row("a", "x", endpoint="echo"))
    finally:
        shared_server.show()
    errors = " ".join(str(text) for (text,) in journal("select error from llm_attempts"))
    assert key not in errors
    assert "***" in errors
