"""Reads a journalled response body: the answer, what it says it cost, who gave it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from python_models.llm.calls import Answer, parse_response
from python_models.llm.prices import Price
from python_models.llm.tokens import count_messages, count_text


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


def read_body(text: str, price: Price, messages: list[dict[str, Any]] | None) -> Reading:
    """Read a body; where it names no usage, tokens are estimated and marked so."""
    try:
        body = json.loads(text)
        answer, usage = parse_response(body)
    except (ValueError, AttributeError, TypeError):
        body, answer, usage = {}, None, {}
    error = None
    if answer is None:
        error = f"the endpoint sent no answer: {' '.join(text.split())[:200]}"
    is_estimated = "prompt_tokens" not in usage
    prompt_tokens = usage.get("prompt_tokens") or 0
    completion_tokens = usage.get("completion_tokens") or 0
    if is_estimated and answer is not None:
        prompt_tokens = count_messages(messages or [])
        completion_tokens = count_text(answer.content or "")
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    return Reading(
        answer,
        prompt_tokens,
        completion_tokens,
        cached,
        is_estimated and answer is not None,
        price.cost(prompt_tokens, completion_tokens, cached),
        body.get("provider"),
        body.get("model"),
        body.get("id"),
        error,
    )


def read_embeddings(text: str, price: Price, messages: list[dict[str, Any]] | None) -> Reading:
    """Read an embeddings body; the vectors are taken from its text by whoever asked."""
    try:
        body = json.loads(text)
        usage = body.get("usage") or {}
    except (ValueError, AttributeError):
        body, usage = {}, {}
    answer = Answer("", text, "stop", None) if isinstance(body.get("data"), list) else None
    is_estimated = "prompt_tokens" not in usage
    tokens = usage.get("prompt_tokens") or (count_messages(messages or []) if answer else 0)
    error = None
    if answer is None:
        error = f"the endpoint sent no vectors: {' '.join(text.split())[:200]}"
    return Reading(
        answer, tokens, 0, 0, is_estimated and answer is not None, price.cost(tokens, 0),
        body.get("provider"), body.get("model"), body.get("id"), error,
    )  # fmt: skip


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
