"""Reads a journalled response body: the answer, what it says it cost, who gave it."""

from __future__ import annotations

from typing import Any, NamedTuple

from python_models.llm.endpoints.boundary import (
    Unreadable,
    count,
    json_object,
    part,
    saying,
    word,
)
from python_models.llm.endpoints.prices import Price
from python_models.llm.prompting.calls import Answer
from python_models.llm.prompting.tokens import count_messages, count_text

Messages = list[dict[str, Any]] | None


class Reading(NamedTuple):
    """What a response body says."""

    answer: Answer | None
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    is_usage_estimated: bool
    cost_usd: float
    provider: str | None
    response_model: str | None
    response_id: str | None
    error: str | None


def read_body(text: str | None, price: Price, messages: Messages) -> Reading:
    """Read a chat body; where it names no usable usage, tokens are estimated and marked so."""
    body, problem = _object(text)
    answer = None
    if problem is None:
        try:
            answer = chat_answer(body)
        except Unreadable as error:
            problem = str(error)
    return _reading(body, answer, price, messages, _no("answer", problem, text))


def read_embeddings(text: str | None, price: Price, messages: Messages) -> Reading:
    """Read an embeddings body; the vectors are taken from its text by whoever asked."""
    body, problem = _object(text)
    answer = None
    if isinstance(body.get("data"), list):
        answer = Answer("", text, "stop", None)
    elif problem is None:
        problem = "it has no list `data`"
    return _reading(body, answer, price, messages, _no("vectors", problem, text))


def chat_answer(body: dict[str, Any]) -> Answer:
    """Return the answer of a chat completion's body, without its kind.

    Raises:
        Unreadable: there is no choice, or its message is none.
    """
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise Unreadable("it has no choices")
    message = choices[0].get("message")
    if message is not None and not isinstance(message, dict):
        raise Unreadable("its message is no object")
    message = message or {}
    refusal = message.get("refusal")
    return Answer(
        "",
        saying(message.get("content")),
        word(choices[0].get("finish_reason")),
        (saying(refusal) or "refused") if refusal else None,
    )


def read_again(text: str | None, is_embeddings: bool) -> Answer | None:
    """Return the answer of a body that was journalled earlier; None when it holds none."""
    free = Price(0.0, 0.0, 0.0)
    return (read_embeddings if is_embeddings else read_body)(text, free, None).answer


def _object(text: str | None) -> tuple[dict[str, Any], str | None]:
    """Return (the body, what is wrong with it)."""
    try:
        return json_object(text), None
    except Unreadable as error:
        return {}, str(error)


def _no(what: str, problem: str | None, text: str | None) -> str | None:
    if problem is None:
        return None
    begin = " ".join((text or "")[:1000].split())[:200]
    return f"the endpoint sent no {what} ({problem[:200]}): {begin}"


def _reading(
    body: dict[str, Any], answer: Answer | None, price: Price, messages: Messages, error: str | None
) -> Reading:
    usage, is_chat = part(body.get("usage")), "data" not in body
    prompt_tokens = count(usage.get("prompt_tokens"))
    completion_tokens = count(usage.get("completion_tokens")) if is_chat else 0
    is_estimated = answer is not None and (prompt_tokens is None or completion_tokens is None)
    if answer is not None and prompt_tokens is None:
        prompt_tokens = count_messages(messages or [])
    if answer is not None and completion_tokens is None:
        completion_tokens = count_text(answer.content or "")
    prompt_tokens, completion_tokens = prompt_tokens or 0, completion_tokens or 0
    cached = count(part(usage.get("prompt_tokens_details")).get("cached_tokens")) or 0
    cached = min(cached, prompt_tokens)
    return Reading(
        answer,
        prompt_tokens,
        completion_tokens,
        cached,
        is_estimated,
        price.cost(prompt_tokens, completion_tokens, cached),
        word(body.get("provider")),
        word(body.get("model")),
        word(body.get("id")),
        error,
    )


def ended_values(reading: Reading, endpoint_provider: str, more: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of an attempt whose response was read."""
    return {
        "state": "answered" if reading.answer else "error",
        "provider": reading.provider or endpoint_provider,
        "response_model": reading.response_model,
        "http_status": 200,
        "finish_reason": reading.answer.finish_reason if reading.answer else None,
        "error": reading.error,
        "error_type": "not_an_answer" if reading.error else None,
        "prompt_tokens": reading.prompt_tokens,
        "completion_tokens": reading.completion_tokens,
        "cached_tokens": reading.cached_tokens,
        "is_usage_estimated": int(reading.is_usage_estimated),
        "cost_usd": reading.cost_usd,
        "response_id": reading.response_id,
    } | more
