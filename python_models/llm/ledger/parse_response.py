"""Reads a journalled response body: the answer or what is wrong, and what it says it cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from python_models.llm.endpoints.boundary import (
    Unreadable,
    count,
    json_object,
    part,
    saying,
    word,
)
from python_models.llm.endpoints.error_types import MAYBE_BILLED, ErrorType, Problem
from python_models.llm.endpoints.errors import problem_inside
from python_models.llm.endpoints.event_stream import whole_body
from python_models.llm.endpoints.prices import Price
from python_models.llm.prompting.calls import Answer, Completion
from python_models.llm.prompting.tokens import count_messages, count_text

Messages = list[dict[str, Any]] | None
# providers' words for why an answer ended -> the protocol's; others are kept as they are
REASONS = {
    "length": ("max_tokens", "max_output_tokens", "model_length", "token_limit", "max_length"),
    "content_filter": ("safety", "recitation", "prohibited_content", "blocklist", "spii",
                       "sensitive", "content_filtered", "guardrail_intervened"),
    "error": ("failed", "abort", "aborted", "cancelled", "canceled", "network_error",
              "insufficient_system_resource", "malformed_response", "timeout"),
}  # fmt: skip
REASON = {said: reason for reason, words in REASONS.items() for said in words}


def read_body(
    text: str | None,
    price: Price,
    messages: Messages,
    worst_usd: float = 0.0,
    headers: Any = None,
    has_format: bool = False,
) -> Completion:
    """Read a chat body; where it names no usable usage, tokens are estimated and marked so.

    Args:
        text: the body as it came.
        price: of the model.
        messages: the request's, to estimate from.
        worst_usd: what is booked when the body may be billed and does not say at what.
        headers: of the response, where there are any: they may ask to wait.
        has_format: the request asked for a schema or for JSON.
    """
    body, problem = _object(text)
    answer = None
    if problem is None:
        problem = problem_inside(body, headers, has_format)
    if problem is None:
        try:
            answer = chat_answer(body)
        except Unreadable as error:
            problem = _no("answer", str(error), text)
    return _completion(body, answer, problem, price, messages, worst_usd)


def read_embeddings(
    text: str | None,
    price: Price,
    messages: Messages,
    worst_usd: float = 0.0,
    headers: Any = None,
    has_format: bool = False,
) -> Completion:
    """Read an embeddings body; the vectors are taken from its text by whoever asked."""
    body, problem = _object(text, "vectors")
    answer = None
    if isinstance(body.get("data"), list):
        answer = Answer("", text, "stop", None)
    elif problem is None:
        problem = problem_inside(body, headers, has_format)
        problem = problem or _no("vectors", "it has no list `data`", text)
    return _completion(body, answer, problem, price, messages, worst_usd, has_output=False)


def chat_answer(body: dict[str, Any]) -> Answer:
    """Return the answer of a chat completion's body, without its kind.

    Raises:
        Unreadable: there is no choice, its message is none, or it says that it broke off.
    """
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise Unreadable("it has no choices")
    message = choices[0].get("message")
    if message is not None and not isinstance(message, dict):
        raise Unreadable("its message is no object")
    message = message or {}
    refusal, reason = message.get("refusal"), word(choices[0].get("finish_reason"))
    reason = REASON.get((reason or "").lower(), reason)
    if reason == "error":
        raise Unreadable("it ended in an error of the provider: finish_reason error")
    return Answer(
        "",
        saying(message.get("content")),
        reason,
        (saying(refusal) or "refused") if refusal else None,
    )


def read_again(text: str | None, is_embeddings: bool) -> Answer | None:
    """Return the answer of a body that was journalled earlier; None when it holds none."""
    free = Price(0.0, 0.0, 0.0)
    return (read_embeddings if is_embeddings else read_body)(text, free, None).answer


def without_answer(problem: Problem, worst_usd: float) -> Completion:
    """Return what a request without a body to read came to."""
    is_worst = problem.kind in MAYBE_BILLED
    return Completion(
        problem=problem,
        is_usage_estimated=is_worst,
        is_worst_case=is_worst,
        cost_usd=worst_usd if is_worst else 0.0,
    )


def _object(text: str | None, what: str = "answer") -> tuple[dict[str, Any], Problem | None]:
    """Return (the body, what is wrong with it)."""
    try:
        return json_object(whole_body(text or "")), None
    except Unreadable as error:
        return {}, _no(what, str(error), text)


def _no(what: str, problem: str, text: str | None) -> Problem:
    begin = " ".join((text or "")[:1000].split())[:200]
    said = f"the endpoint sent no {what} ({problem[:200]}): {begin}"
    return Problem(ErrorType.NOT_AN_ANSWER, said, 200)


def _completion(
    body: dict[str, Any],
    answer: Answer | None,
    problem: Problem | None,
    price: Price,
    messages: Messages,
    worst_usd: float,
    has_output: bool = True,
) -> Completion:
    """Add to an answer, or to what is wrong, what it took: said, estimated, or at the worst."""
    usage = part(body.get("usage"))
    prompt_tokens = count(usage.get("prompt_tokens"))
    completion_tokens = count(usage.get("completion_tokens")) if has_output else 0
    is_known = prompt_tokens is not None and completion_tokens is not None
    if answer is not None and prompt_tokens is None:
        prompt_tokens = count_messages(messages or [])
    if answer is not None and completion_tokens is None:
        completion_tokens = count_text(answer.content or "")
    prompt_tokens, completion_tokens = prompt_tokens or 0, completion_tokens or 0
    cached = count(part(usage.get("prompt_tokens_details")).get("cached_tokens")) or 0
    cached = min(cached, prompt_tokens)
    whole = Completion(
        answer, problem, prompt_tokens, completion_tokens, cached,
        answer is not None and not is_known, False,
        price.cost(prompt_tokens, completion_tokens, cached),
        word(body.get("provider")), word(body.get("model")), word(body.get("id")),
    )  # fmt: skip
    is_billable = problem is not None and (
        problem.kind is ErrorType.NOT_AN_ANSWER or bool(body.get("choices"))
    )
    if is_known or not is_billable:
        return whole
    return replace(
        whole, prompt_tokens=0, completion_tokens=0, cached_tokens=0, cost_usd=worst_usd,
        is_usage_estimated=True, is_worst_case=True,
    )  # fmt: skip


def ended_values(
    completion: Completion, endpoint_provider: str, more: dict[str, Any]
) -> dict[str, Any]:
    """Return the columns of an attempt that has ended, whichever way."""
    answer, problem = completion.answer, completion.problem
    is_lost = problem is not None and problem.kind is ErrorType.CANCELLED
    return {
        "state": "answered" if answer else "lost" if is_lost else "error",
        "provider": completion.provider or endpoint_provider,
        "response_model": completion.response_model,
        "http_status": problem.status if problem else 200,
        "finish_reason": answer.finish_reason if answer else None,
        "error": completion.error,
        "error_type": problem.error_type if problem else None,
        "prompt_tokens": completion.prompt_tokens,
        "completion_tokens": completion.completion_tokens,
        "cached_tokens": completion.cached_tokens,
        "is_usage_estimated": int(completion.is_usage_estimated),
        "cost_usd": completion.cost_usd,
        "response_id": completion.response_id,
    } | more
