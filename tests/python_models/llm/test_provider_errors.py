"""Every provider's mood, over real HTTP: what an error means is a table, and the table holds."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Callable
from typing import Any

import pytest

from python_models.llm import StepFailed, run_step
from python_models.llm.asking.runtime import close_runtime
from python_models.llm.endpoints.error_types import Action, ErrorType
from tests.python_models.llm.moody_server import GOOD, Mood, Reply, moody_server
from tests.python_models.llm.odd_server import VERDICT, valid
from tests.python_models.llm.provider_errors import INSIDE, SAID, Said
from tests.python_models.llm.steps import SINGLE, TEXT, TOLERANT, machines, statuses

ONE = "m-00004"


@pytest.fixture
def ask(setting: Callable[..., None]) -> Any:
    """Return a function that points the settings at a server and runs a step."""

    def run(server: Any, rows: int = 12, step: Any = TOLERANT, **more: Any) -> Any:
        setting(**{"llm_base_url": server.url, "llm_endpoint_name": "moody",
                   "llm_deadline_seconds": 20, "llm_timeout_seconds": 20, "llm_budget_usd": 100,
                   "llm_price_input_usd_per_million": 1,
                   "llm_price_output_usd_per_million": 1} | more)  # fmt: skip
        return run_step(None, machines(rows), step, "llm_tests")

    return run


def first(reply: Reply, times: int = 1) -> Mood:
    """Return a mood that passes."""
    return lambda request, number: reply if number < times else GOOD


def on_one(reply: Reply) -> Mood:
    """Return a mood that one row meets."""
    return lambda request, number: reply if ONE in json.dumps(request) else GOOD


def on_format(reply: Reply, *formats: str) -> Mood:
    """Return a mood that meets requests that ask for a format."""
    kinds = formats or ("json_schema", "json_object")

    def mood(request: dict[str, Any], number: int) -> Reply:
        return reply if (request.get("response_format") or {}).get("type") in kinds else GOOD

    return mood


def check(said: Said, ask: Any, journal: Any) -> None:
    """Meet an error and hold what becomes of the rows to what the error means."""
    action = said.means.action
    mood = {
        Action.ROW: on_one(said.reply),
        Action.FORMAT: on_format(said.reply),
        Action.STOP: lambda *_: said.reply,
        Action.LATER: lambda request, number: GOOD if number < 4 else said.reply,
    }.get(action, first(said.reply, 2))
    with moody_server(mood) as server:
        if action is Action.STOP:
            with pytest.raises(StepFailed):
                ask(server)
            assert len(server.asked) == 1
        else:
            more = {"llm_mode": "sequential"} if action is Action.LATER else {}
            found = ask(server, **more).column("status").to_pylist()
            expected = {Action.ROW: ["ok"] * 4 + ["failed"] + ["ok"] * 7,
                        Action.LATER: ["ok"] * 4 + ["pending"] * 8}  # fmt: skip
            assert found == expected.get(action, ["ok"] * 12)
            if action is Action.LATER:
                assert len(server.asked) <= 6  # one may leave while a body is read
    kinds = {row["error_type"] for row in journal("select error_type from llm_attempts")}
    assert kinds - {None} == {said.means.said}


@pytest.mark.parametrize("said", SAID, ids=lambda said: said.name)
def test_what_a_provider_says_means_what_the_table_says(said, ask, journal) -> None:
    check(said, ask, journal)


@pytest.mark.parametrize("said", INSIDE, ids=lambda said: said.name)
def test_an_error_inside_a_good_body_is_the_error_it_names(said, ask, journal) -> None:
    check(said, ask, journal)


def test_every_kind_of_error_a_provider_can_cause_stands_in_the_table() -> None:
    ours = {ErrorType.TIMEOUT, ErrorType.CONNECTION, ErrorType.UNREACHABLE, ErrorType.STOPPED,
            ErrorType.NOT_AN_ANSWER, ErrorType.CANCELLED, ErrorType.BATCH,
            ErrorType.UNREADABLE_ERROR}  # fmt: skip
    assert {said.means for said in SAID} == set(ErrorType) - ours


def test_an_error_that_quotes_a_document_means_what_the_provider_says(ask) -> None:
    quoted = f"insufficient_quota response_format {ONE}"
    reply = Reply(422, {"detail": [{"loc": ["messages"], "msg": "bad", "input": quoted}]})
    with moody_server(on_one(reply)) as server:
        found = ask(server).column("status").to_pylist()
    assert found == ["ok"] * 4 + ["failed"] + ["ok"] * 7


def test_nobody_waits_for_an_endpoint_that_asks_for_more_time_than_there_is(ask) -> None:
    mood = Reply(429, {"error": {"message": "slow down"}}, {"retry-after": "300"})
    with moody_server(lambda _, number: mood if number > 8 else GOOD) as server:
        table = ask(server, 60, llm_concurrency=4)
        assert set(table.column("status").to_pylist()) == {"ok", "pending"}
        assert "asks to wait" in table.column("error").to_pylist()[-1]
        assert len(server.asked) <= 9 + 2 * 4


# --------------------------------------------------------------------- the ladder


@pytest.mark.parametrize(("refused", "left"), [(("json_schema",), "json_object"), ((), "text")])
def test_one_request_finds_out_how_an_endpoint_is_asked_and_later_processes_know(
    refused, left, ask
) -> None:
    schema = next(said for said in SAID if said.name == "openai schema")
    with moody_server(on_format(schema.reply, *refused)) as server:
        assert statuses(ask(server, 40)) == {"ok"}
        steps = ["json_schema", "json_object", "text"]
        tried = steps[: steps.index(left)]
        assert server.formats() == [*tried, *[left] * 40]
        close_runtime()
        server.asked.clear()
        assert statuses(ask(server, 80)) == {"ok"}
        assert server.formats() == [left] * 40


def test_a_vague_refusal_is_tried_once_without_the_schema(ask) -> None:
    vague = Reply(400, {"error": {"message": "Bad Request"}})
    with moody_server(on_format(vague)) as server:
        assert statuses(ask(server, 30)) == {"ok"}
        assert server.formats() == ["json_schema", *["text"] * 30]


def test_a_vague_refusal_that_was_the_rows_own_costs_no_schema(ask) -> None:
    vague = Reply(400, {"error": {"message": "Bad Request"}})
    with moody_server(on_one(vague)) as server:
        found = ask(server, 30, llm_mode="sequential").column("status").to_pylist()
        assert found == ["ok"] * 4 + ["failed"] + ["ok"] * 25
        assert server.formats() == ["json_schema"] * 30
    with moody_server(lambda *_: vague) as server:
        assert statuses(ask(server, 9, llm_endpoint_name="other")) == {"failed"}
        assert server.formats().count("text") == 1


def test_a_parameter_an_endpoint_refuses_is_learnt_once_and_never_asked_for_ever(ask) -> None:
    renamed = Reply(400, {"error": {"message": "Unsupported parameter: 'max_tokens'. Use "
                                               "'max_completion_tokens' instead."}})  # fmt: skip
    with moody_server(lambda request, _: renamed if "max_tokens" in request else GOOD) as server:
        assert statuses(ask(server, 20)) == {"ok"}
        assert len(server.asked) == 21
    stubborn = Reply(400, {"error": {"message": "max_completion_tokens is too large"}})
    with moody_server(lambda *_: stubborn) as server:
        assert statuses(ask(server, 3, llm_endpoint_name="other")) == {"failed"}
        assert len(server.asked) <= 3 + 2


# --------------------------------------------------------------------- bodies


def events(*chunks: Any, end: str = "data: [DONE]\n\n") -> bytes:
    """Return a stream of events."""
    return ("".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + end).encode()


def delta(text: str | None = None, reason: str | None = None, **more: Any) -> dict[str, Any]:
    """Return one chunk of an answer."""
    piece = {"content": text} if text is not None else {}
    return {"id": "c", "choices": [{"index": 0, "delta": piece, "finish_reason": reason}]} | more


SAYS = json.dumps(VERDICT)
USAGE = {"usage": {"prompt_tokens": 10, "completion_tokens": 5}, "choices": []}
STREAM = (delta(SAYS[:9]), delta(SAYS[9:]), delta(None, "stop"), USAGE)


@pytest.mark.parametrize(
    ("hangs", "before"), [(False, b": waiting\n\n"), (True, b": waiting\n\n"), (False, BOM_UTF8)]
)
def test_a_stream_nobody_asked_for_is_read(hangs, before, ask, journal) -> None:
    body = before + events(*STREAM)
    reply = Reply(200, body, {"content-type": "text/event-stream"}, hangs)
    with moody_server(lambda *_: reply) as server:
        assert statuses(ask(server, 3)) == {"ok"}
        assert len(server.asked) == 3
    assert journal("select sum(prompt_tokens) as n from llm_attempts") == [{"n": 30}]


def test_a_stream_that_stops_in_the_middle_is_no_answer(ask, journal) -> None:
    cut = Reply(200, events(delta(SAYS[:9]), end=""), {"content-type": "text/event-stream"})
    broken = Reply(200, events(delta(SAYS[:9]), {"error": {"code": 429, "message": "slow"}}))
    with moody_server(lambda _, number: (cut, broken, GOOD)[min(number, 2)]) as server:
        assert statuses(ask(server, 1)) == {"ok"}
    kinds = [row["error_type"] for row in journal("select * from llm_attempts order by asked_at")]
    assert kinds == ["not_an_answer", "rate_limit", None]


@pytest.mark.parametrize("kind", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_is_no_reason_to_pay_again(kind, ask) -> None:
    body = valid()
    body["choices"][0]["message"]["content"] = "\ufeff" + SAYS
    with moody_server(lambda *_: Reply(200, json.dumps(body).encode(kind))) as server:
        assert statuses(ask(server, 3)) <= {"ok", "repaired"}
        assert len(server.asked) == 3


def test_what_was_answered_and_cannot_be_read_is_not_paid_nine_times(ask) -> None:
    with moody_server(lambda *_: Reply(200, b"<html>welcome</html>")) as server:
        assert statuses(ask(server, 2)) == {"failed"}
        assert len(server.asked) == 2 * 3


@pytest.mark.parametrize(("reason", "state"), [
    ("error", "failed"), ("insufficient_system_resource", "failed"), ("MAX_TOKENS", "truncated"),
    ("SAFETY", "refused"), ("sensitive", "refused"), ("end_turn", "ok"),
])  # fmt: skip
def test_why_an_answer_ended_is_read_in_every_providers_words(reason, state, ask) -> None:
    body = valid()
    body["choices"][0]["finish_reason"] = reason
    with moody_server(on_one(Reply(200, body))) as server:
        found = ask(server).column("status").to_pylist()
    assert found == ["ok"] * 4 + [state] + ["ok"] * 7


# --------------------------------------------------------------------- the breaker

SAME = {
    "server error": Reply(500, {"error": {"message": "it broke"}}),
    "no answer": Reply(200, b"<html>welcome</html>"),
    "bad request": Reply(400, {"error": {"message": "no"}}),
}


@pytest.mark.parametrize("name", SAME)
@pytest.mark.parametrize("mode", ["adaptive", "fixed"])
def test_an_endpoint_that_fails_every_request_the_same_way_is_asked_no_more(
    name, mode, ask, journal
) -> None:
    with moody_server(lambda *_: SAME[name]) as server:
        with pytest.raises(StepFailed, match="all failed the same way"):
            ask(server, 300, SINGLE, llm_mode=mode, llm_deadline_seconds=600)
        assert 50 <= len(server.asked) <= 50 + 16 + 8  # what was in flight, and who tried again
    assert journal("select count(*) as n from llm_attempts") == [{"n": len(server.asked)}]


def test_what_is_left_when_a_server_dies_counts_as_failed_and_is_asked_next_time(ask) -> None:
    dies = SAME["server error"]
    with moody_server(lambda _, number: dies if number >= 30 else GOOD) as server:
        table = ask(server, 300, TOLERANT)
        assert set(table.column("status").to_pylist()) == {"ok", "failed"}
        said = table.column("error").to_pylist()[-1]
        assert "the last" in said and "it broke" in said
        answered = table.column("status").to_pylist().count("ok")
        server.mood = lambda *_: GOOD
        server.asked.clear()
        assert statuses(ask(server, 300, TOLERANT)) == {"ok"}
        assert len(server.asked) == 300 - answered


def test_a_server_that_is_back_soon_is_waited_for(ask) -> None:
    dies = SAME["server error"]
    with moody_server(lambda _, number: dies if 20 <= number < 75 else GOOD) as server:
        assert statuses(ask(server, 150, TEXT, llm_deadline_seconds=100)) == {"ok"}


def test_errors_of_rows_alone_do_not_stop_a_step(ask) -> None:
    filtered = next(said for said in SAID if said.name == "openrouter moderation")
    with moody_server(lambda *_: filtered.reply) as server:
        assert statuses(ask(server, 70)) == {"failed"}
        assert len(server.asked) == 70
