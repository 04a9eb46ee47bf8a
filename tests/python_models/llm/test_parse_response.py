"""A journalled body is read as what it says, and what it says it cost is booked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from python_models.llm.endpoints.prices import Price
from python_models.llm.ledger.parse_response import REASON, read_body

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


@pytest.mark.parametrize("said", sorted(said for said in REASON if REASON[said] == "error"))
def test_an_end_by_an_error_is_a_problem(said: str) -> None:
    read = read_body(body(finish=said), PRICE, None)
    assert read.answer is None
    assert read.problem is not None


@pytest.mark.parametrize("text", [None, "", "<html>", "[1]", body(choices=[])])
def test_a_body_that_is_no_answer_is_a_problem(text: str | None) -> None:
    read = read_body(text, PRICE, None)
    assert read.answer is None
    assert read.problem is not None
