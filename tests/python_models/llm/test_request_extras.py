"""What providers want beside the question: sent to them, kept from others, part of an identity."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pytest

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import SettingsError, reset_settings, scrub, settings
from python_models.llm.asking.rows import StepError
from python_models.llm.endpoints.endpoint import endpoint_named, identity_name
from python_models.llm.endpoints.named_endpoints import named_endpoints
from python_models.llm.prompting.prompts import PromptError, data_prompt
from python_models.llm.run import run_step
from tests.python_models.llm.odd_server import odd_server
from tests.python_models.llm.test_row_prompts import STEP, ask, journal, name_endpoint, row

KEY = "key-of-a-deployment-0123456789"
FREE = {"PRICE_INPUT_USD_PER_MILLION": "0", "PRICE_OUTPUT_USD_PER_MILLION": "0"}


class Provider:
    """Answers every question alike and keeps how it was asked."""

    def __init__(self) -> None:
        provider, self.requests = self, []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = parse_qs(urlsplit(self.path).query)
                provider.requests.append((self.path, headers, query, body))
                message = {"role": "assistant", "content": "An answer."}
                choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
                usage = {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}
                said = json.dumps({"id": "1", "choices": choices, "usage": usage}).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/openai/deployments/one"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.server.shutdown()
    provider.server.server_close()


def name_azure(monkeypatch: pytest.MonkeyPatch, provider: Provider, **more: str) -> None:
    name_endpoint(
        monkeypatch,
        "AZURE",
        BASE_URL=provider.url,
        EXTRA_HEADERS=json.dumps({"api-key": KEY, "X-Title": "a study"}),
        **(FREE | {"EXTRA_QUERY": '{"api-version": "2026-01-01"}'} | more),
    )


def test_headers_query_and_body_reach_the_endpoint_they_are_for(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_azure(monkeypatch, provider, EXTRA_BODY='{"top_k": 20, "min_p": 0.1}')
    parameters = json.dumps({"max_tokens": 50, "extra_body": {"top_k": 5}})
    asked = ask(row("a", "x", endpoint="azure", parameters=parameters), row("b", "x"))
    assert {answer["status"] for answer in asked.values()} == {"ok"}
    ((path, headers, query, body),) = provider.requests
    assert path.startswith("/openai/deployments/one/chat/completions?")
    assert query == {"api-version": ["2026-01-01"]}
    assert (headers["api-key"], headers["x-title"]) == (KEY, "a study")
    assert "authorization" not in headers  # a key that is none would be tried instead
    assert (body["top_k"], body["min_p"], body["max_tokens"]) == (5, 0.1, 50)
    assert "extra_body" not in body
    (kept,) = journal("select request_parameters from llm_calls where endpoint = 'azure'")
    assert json.loads(kept[0])["extra_query"] == {"api-version": "2026-01-01"}
    assert json.loads(kept[0])["extra_body"] == {"top_k": 5, "min_p": 0.1}  # as it was sent
    assert KEY.encode() not in lake().journal_db.read_bytes()


def test_a_key_in_the_settings_query_is_sent_and_kept_nowhere(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = {"key": KEY, "subscription-token": "short", "sig": "abc", "api-version": "2"}
    name_azure(monkeypatch, provider, EXTRA_QUERY=json.dumps(query))
    assert ask(row("a", "x", endpoint="azure"))["a"]["status"] == "ok"
    ((_, _, sent, _),) = provider.requests
    assert sent == {name: [value] for name, value in query.items()}
    (kept,) = journal("select request_parameters from llm_calls where endpoint = 'azure'")
    hidden = dict.fromkeys(("key", "subscription-token", "sig"), "***")
    assert json.loads(kept[0])["extra_query"] == hidden | {"api-version": "2"}
    assert KEY.encode() not in lake().journal_db.read_bytes()


def test_what_can_change_an_answer_is_another_question_and_who_asks_is_not(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_endpoint(monkeypatch, "AZURE", BASE_URL=provider.url, **FREE)
    assert identity_name("azure") == "azure"  # nothing set, nothing changed
    plain = ask(row("a", "x", endpoint="azure"))["a"]["call_id"]
    name_endpoint(monkeypatch, "AZURE", EXTRA_HEADERS=json.dumps({"api-key": KEY}))
    assert ask(row("a", "x", endpoint="azure"))["a"]["call_id"] == plain
    name_endpoint(monkeypatch, "AZURE", EXTRA_HEADERS='{"api-key": "another-key-9876543210"}')
    assert ask(row("a", "x", endpoint="azure"))["a"]["call_id"] == plain
    assert len(provider.requests) == 1
    name_endpoint(monkeypatch, "AZURE", EXTRA_BODY='{"thinking": {"type": "enabled"}}')
    other = ask(row("a", "x", endpoint="azure"))["a"]["call_id"]
    name_endpoint(monkeypatch, "AZURE", EXTRA_QUERY='{"api-version": "2"}')
    third = ask(row("a", "x", endpoint="azure"))["a"]["call_id"]
    assert len({plain, other, third}) == 3
    assert len(provider.requests) == 3


def ask_with_headers(*rows: dict[str, Any]) -> dict[str, dict[str, Any]]:
    assert STEP.prompts is not None
    step = replace(STEP, prompts=replace(STEP.prompts, headers="headers"))
    answers = run_step(None, pa.Table.from_pylist(list(rows)), step, "llm_test")
    return {answer["row_id"]: answer for answer in answers.to_pylist()}


def test_a_model_has_headers_and_a_query_of_its_own_beside_its_endpoints(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_azure(monkeypatch, provider)
    plain = row("a", "x", endpoint="azure", headers=None)
    query = json.dumps({"max_tokens": 100, "extra_query": {"api-version": "2", "routing": "eu"}})
    told = ask_with_headers(
        plain,
        row("b", "y", endpoint="azure", headers='{"X-Title": "mine", "X-Lane": "slow"}'),
        row("c", "x", endpoint="azure", headers=None, parameters=query),
    )
    assert {answer["status"] for answer in told.values()} == {"ok"}
    by_text = {
        (body["messages"][-1]["content"], query.get("routing", [""])[0]): (headers, query)
        for _, headers, query, body in provider.requests
    }
    assert by_text["x", ""][0]["x-title"] == "a study"
    assert "x-lane" not in by_text["x", ""][0]
    headers = by_text["y", ""][0]
    assert (headers["x-title"], headers["x-lane"], headers["api-key"]) == ("mine", "slow", KEY)
    assert by_text["x", "eu"][1] == {"api-version": ["2"], "routing": ["eu"]}
    assert all("extra_query" not in body for *_, body in provider.requests)
    noted = dict(journal("select call_id, request_parameters from llm_calls"))
    kept = json.loads(noted[told["c"]["call_id"]])
    assert kept["extra_query"] == {"api-version": "2", "routing": "eu"}
    assert told["c"]["call_id"] != told["a"]["call_id"]
    assert told["a"]["call_id"] == ask(row("a", "x", endpoint="azure"))["a"]["call_id"]


def test_other_headers_of_a_model_ask_nothing_anew(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_azure(monkeypatch, provider)
    asked = [
        ask_with_headers(row("a", "x", endpoint="azure", headers=headers))["a"]["call_id"]
        for headers in (None, '{"X-Lane": "slow"}', '{"X-Lane": "fast"}')
    ]
    assert len(set(asked)) == 1
    assert len(provider.requests) == 1


def test_a_batch_is_sent_followed_and_taken_with_the_headers_and_query_of_its_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with odd_server() as server:
        headers = json.dumps({"api-key": KEY, "X-Title": "a study"})
        said = {"BASE_URL": server.url, "MODE": "batch", "EXTRA_HEADERS": headers, **FREE}
        for name, value in said.items():
            monkeypatch.setenv(f"LLM_{name}", value)
        reset_settings()
        query = json.dumps({"max_tokens": 100, "extra_query": {"routing": "eu"}})
        told = ask_with_headers(
            row("a", "x", endpoint="default", headers='{"X-Title": "mine"}', parameters=query)
        )
        assert told["a"]["status"] == "ok"
        steps = [urlsplit(path) for path, _ in server.seen]
        assert [step.path.rpartition("/")[2] for step in steps][:2] == ["files", "batches"]
        assert steps[-1].path.endswith("/content")
        assert {step.query for step in steps} == {"routing=eu"}
        sent = {(headers["api-key"], headers["x-title"]) for _, headers in server.seen}
        assert sent == {(KEY, "mine")}
        assert "headers" not in server.asked[0]["body"]
        assert "extra_query" not in server.asked[0]["body"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"headers": '{"api-key": "x"}'}, "api-key is a secret: set it as LLM_ENDPOINT_<NAME>"),
        ({"headers": '{"Host": "x"}'}, "Host cannot be set here"),
        ({"headers": "X-Lane: slow"}, "JSON object"),
        ({"parameters": '{"extra_query": {"api_key": "x"}}'}, "api_key is a secret"),
        ({"parameters": '{"extra_query": {"n": 1}}'}, "extra_query"),
    ],
)
def test_what_a_row_may_not_add_to_its_request_is_said(more: dict[str, str], said: str) -> None:
    with pytest.raises(StepError, match=said):
        ask_with_headers(row("a", "x", **({"headers": None} | more)))


def test_settings_of_the_endpoint_in_force_are_sent_too(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "BASE_URL": provider.url,
        "API_KEY": KEY,
        "EXTRA_HEADERS": '{"HTTP-Referer": "https://example.com"}',
        "EXTRA_BODY": '{"provider": {"sort": "price"}}',
        **FREE,
    }.items():
        monkeypatch.setenv(f"LLM_{name}", value)
    reset_settings()
    assert ask(row("a", "x", endpoint="default"))["a"]["status"] == "ok"
    ((_, headers, _, body),) = provider.requests
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["http-referer"] == "https://example.com"
    assert body["provider"] == {"sort": "price"}
    assert endpoint_named("offline").identity == "offline"  # nothing is said to it besides


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("EXTRA_HEADERS", "api-key: secret-value-123", "JSON object"),
        ("EXTRA_HEADERS", '{"bad name": "secret-value-123"}', "no name of a header"),
        ("EXTRA_HEADERS", '{"api-key": "secret-value-123\\n"}', "no header can hold"),
        ("EXTRA_QUERY", "[1]", "JSON object"),
        ("EXTRA_BODY", '{"model": "another"}', "model cannot be set here"),
        ("EXTRA_BODY", '{"max_tokens": 9}', "max_tokens cannot be set here"),
    ],
)
def test_what_is_not_usable_is_said_with_its_name_and_without_its_value(
    monkeypatch: pytest.MonkeyPatch, part: str, value: str, said: str
) -> None:
    name_endpoint(monkeypatch, "LAB", BASE_URL="http://127.0.0.1:9/v1", **{part: value})
    with pytest.raises(SettingsError, match=said) as error:
        named_endpoints()
    assert f"LLM_ENDPOINT_LAB_{part}" in str(error.value)
    assert "secret-value-123" not in str(error.value)
    monkeypatch.setenv(f"LLM_{part}", value)
    reset_settings()
    with pytest.raises(SettingsError, match=said) as error:
        settings()
    assert f"LLM_{part}" in str(error.value)
    assert "secret-value-123" not in str(error.value)


def test_keys_in_headers_are_scrubbed_and_words_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "X-Title": "a long title"}
    name_endpoint(monkeypatch, "LAB", BASE_URL="http://x/v1", EXTRA_HEADERS=json.dumps(headers))
    assert scrub(f"refused: {KEY}; a long title") == "refused: ***; a long title"


def test_a_body_of_ones_own_may_not_say_what_the_step_says() -> None:
    with pytest.raises(PromptError, match="response_format cannot be set here"):
        data_prompt("messages", "t", "h", '{"extra_body": {"response_format": {}}}')
