"""A journalled body is read as what it says, and what it says it cost is booked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from python_models.llm.endpoints.boundary import Unreadable
from python_models.llm.endpoints.error_types import MAYBE_BILLED, ErrorType, Problem
from python_models.llm.endpoints.prices import Price
from python_models.llm.ledger.parse_response import (
    REASON,
    chat_answer,
    ended_values,
    read_again,
    read_body,
    read_embeddings,
    without_answer,
)
from python_models.llm.prompting.tokens import (
    PER_CALL,
    PER_MESSAGE,
    count_messages,
    count_text,
)

PRICE = Price(1.0, 1.0, 2.0)


def body(finish: str = "stop", **more: Any) -> str:
    choice = {"message": {"role": "assistant", "content": "yes"}, "finish_reason": finish}
    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 500_000}
    return json.dumps({"id": "1", "model": "m", "choices": [choice], "usage": usage} | more)


def test_an_answer_and_its_price_are_those_of_the_body() -> None:
    read = read_body(body(), PRICE, None)
    assert read.problem is None
    assert (read.answer.content, read.answer.finish_reason) == ("yes", "stop")
    assert (read.prompt_tokens, read.completion_tokens) == (1_000_000, 500_000)
    assert not read.is_usage_estimated


@pytest.mark.parametrize("said", sorted(said for said in REASON if REASON[said] != "error"))
def test_a_providers_word_for_an_end_is_the_protocols(said: str) -> None:
    assert read_body(body(finish=said), PRICE, None).answer.finish_reason == REASON[said]


@pytest.mark.parametrize(
    "said", ["error", *sorted(said for said in REASON if REASON[said] == "error")]
)
def test_an_end_by_an_error_is_a_problem(said: str) -> None:
    read = read_body(body(finish=said), PRICE, None)
    assert read.answer is None
    assert read.problem is not None


@pytest.mark.parametrize("text", [None, "", "<html>", "[1]", body(choices=[])])
def test_a_body_that_is_no_answer_is_a_problem(text: str | None) -> None:
    read = read_body(text, PRICE, None)
    assert read.answer is None
    assert read.problem is not None


USAGE = {"prompt_tokens": 10, "completion_tokens": 4}


def test_a_body_with_usage_is_billed_at_it_and_names_who_answered() -> None:
    details = {"prompt_tokens_details": {"cached_tokens": 4}}
    read = read_body(body(usage=USAGE | details, provider="p"), Price(1.0, 0.1, 2.0), None, 99.0)
    assert (read.provider, read.response_model, read.response_id) == ("p", "m", "1")
    assert (read.cached_tokens, read.is_worst_case, read.is_usage_estimated) == (4, False, False)
    assert read.cost_usd == pytest.approx(6 + 0.4 + 8)


def test_no_more_is_cached_than_was_sent() -> None:
    details = {"prompt_tokens_details": {"cached_tokens": 400}}
    assert read_body(body(usage=USAGE | details), PRICE, None).cached_tokens == 10


@pytest.mark.parametrize("left_out", sorted(USAGE))
def test_tokens_that_are_not_named_are_estimated_and_marked(left_out: str) -> None:
    usage = {name: count for name, count in USAGE.items() if name != left_out}
    messages = [{"role": "user", "content": "How many words are there in this question?"}]
    read = read_body(body(usage=usage), PRICE, messages, 99.0)
    expected = USAGE | (
        {left_out: count_messages(messages)}
        if left_out == "prompt_tokens"
        else {left_out: count_text("yes")}
    )
    assert {name: getattr(read, name) for name in USAGE} == expected
    assert read.is_usage_estimated
    assert not read.is_worst_case
    assert read.cost_usd < 99.0


@pytest.mark.parametrize("role", ["system", "user"])
def test_instructions_count_like_any_message(role: str) -> None:
    texts = ["Judge it.", "Say why, in 3 words."]
    counts = [count_messages([{"role": role, "content": text}]) for text in texts]
    assert counts == [count_text(text) + PER_MESSAGE + PER_CALL for text in texts]


def test_an_unreadable_body_without_usage_is_booked_at_the_worst() -> None:
    read = read_body("<html>  busy\n now", PRICE, None, 0.5)
    assert (read.cost_usd, read.is_worst_case, read.is_usage_estimated) == (0.5, True, True)
    assert (read.prompt_tokens, read.completion_tokens, read.cached_tokens) == (0, 0, 0)
    assert read.problem.kind is ErrorType.NOT_AN_ANSWER
    assert read.problem.status == 200
    assert read.problem.message.startswith("the endpoint sent no answer (")
    assert read.problem.message.endswith("): <html> busy now")


def test_an_unreadable_body_with_usage_is_booked_at_it() -> None:
    read = read_body(body(choices=[], usage=USAGE), Price(1.0, 1.0, 2.0), None, 99.0)
    assert (read.cost_usd, read.is_worst_case) == (pytest.approx(18.0), False)


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("text", "it has no choices"),
        ({"message": "text"}, "its message is no object"),
        ({"message": {}, "finish_reason": "Timeout"}, "finish_reason error"),
    ],
)
def test_what_is_wrong_with_an_answer_is_said(choice: Any, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        chat_answer({"choices": [choice]})


def test_a_message_that_is_missing_is_an_empty_answer() -> None:
    answer = chat_answer({"choices": [{"finish_reason": "MAX_TOKENS"}]})
    assert (answer.content, answer.finish_reason, answer.refusal) == (None, "length", None)


def test_a_refusal_is_kept_in_its_words() -> None:
    assert chat_answer({"choices": [{"message": {"refusal": "I cannot"}}]}).refusal == "I cannot"


def test_vectors_are_answers_whose_text_is_the_body() -> None:
    text = json.dumps({"data": [], "usage": {"prompt_tokens": 7}})
    read = read_embeddings(text, PRICE, None, 99.0)
    assert (read.answer.content, read.answer.finish_reason) == (text, "stop")
    assert (read.prompt_tokens, read.completion_tokens) == (7, 0)
    assert not read.is_usage_estimated
    assert read_again(text, True) == read.answer
    assert read_again(text, False) is None


@pytest.mark.parametrize("data", [None, [], {"trace": "x"}])
def test_a_chat_body_with_data_of_its_own_is_counted_where_it_names_no_output(data: Any) -> None:
    usage = {"prompt_tokens": 7}
    choices = [{"message": {"content": "some words of an answer"}, "finish_reason": "stop"}]
    read = read_body(json.dumps({"choices": choices, "usage": usage, "data": data}), PRICE, None)
    assert read.prompt_tokens == 7 and read.completion_tokens > 0
    assert read.is_usage_estimated and not read.is_worst_case
    broken = json.dumps({"choices": [{}], "usage": usage, "data": data, "error": None})
    lost = read_body(broken.replace("[{}]", "[7]"), PRICE, None, 0.5)
    assert (lost.cost_usd, lost.is_worst_case) == (0.5, True)


@pytest.mark.parametrize("text", ["<html>", "{}"])
def test_a_body_without_vectors_says_so(text: str) -> None:
    read = read_embeddings(text, PRICE, None, 0.5)
    assert read.answer is None
    assert read.problem.message.startswith("the endpoint sent no vectors (")
    assert (read.cost_usd, read.is_worst_case) == (0.5, True)


@pytest.mark.parametrize("kind", list(ErrorType))
def test_a_request_without_a_body_costs_the_worst_where_it_may_be_billed(kind: ErrorType) -> None:
    read = without_answer(Problem(kind, "gone", None), 0.5)
    is_worst = kind in MAYBE_BILLED
    assert (read.is_worst_case, read.is_usage_estimated) == (is_worst, is_worst)
    assert read.cost_usd == (0.5 if is_worst else 0.0)


def test_an_attempt_that_ended_says_how() -> None:
    values = ended_values(read_body(body(), PRICE, None), "endpoint", {"seconds": 2})
    assert (values["state"], values["http_status"], values["finish_reason"]) == (
        "answered", 200, "stop",
    )  # fmt: skip
    assert (values["provider"], values["response_model"], values["seconds"]) == ("endpoint", "m", 2)
    assert (values["error"], values["error_type"], values["is_usage_estimated"]) == (None, None, 0)


@pytest.mark.parametrize(
    ("kind", "state"), [(ErrorType.CANCELLED, "lost"), (ErrorType.NOT_AN_ANSWER, "error")]
)
def test_an_attempt_without_an_answer_is_lost_or_an_error(kind: ErrorType, state: str) -> None:
    values = ended_values(without_answer(Problem(kind, "gone", 418), 0.5), "endpoint", {})
    assert (values["state"], values["http_status"], values["finish_reason"]) == (state, 418, None)
    assert values["error_type"] is not None


def test_of_several_choices_the_first_is_the_answer() -> None:
    first = {"message": {"content": "a", "refusal": "no"}, "finish_reason": "length"}
    answer = chat_answer({"choices": [first, "no object"]})
    assert (answer.content, answer.finish_reason, answer.refusal) == ("a", "length", "no")


@pytest.mark.parametrize("read", [read_body, read_embeddings])
def test_without_a_worst_case_an_unreadable_body_costs_nothing(read: Any) -> None:
    assert read("<html>", PRICE, None).cost_usd == 0.0


@pytest.mark.parametrize("read", [read_body, read_embeddings])
def test_an_error_inside_a_body_is_read_as_its_status(read: Any) -> None:
    found = read(json.dumps({"error": {"message": "slow down", "code": 429}}), PRICE, None)
    assert (found.answer, found.problem.status) == (None, 429)
    assert "slow down" in found.problem.message


def test_what_is_shown_of_a_body_that_is_no_answer_is_short() -> None:
    read = read_body("x" * 1500, PRICE, None)
    assert read.problem is not None
    assert read.problem.message.endswith(f"): {'x' * 200}")
