"""From whatever a request came to (an exception, an error inside a body) to what it means."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from python_models.llm.endpoints.boundary import (
    Unreadable,
    clean,
    count,
    decoded,
    json_value,
    part,
    saying,
)
from python_models.llm.endpoints.error_table import kind_of
from python_models.llm.endpoints.error_types import Action, ErrorType, Problem
from python_models.llm.endpoints.heads import Reply
from python_models.llm.endpoints.waits import retry_after, wait_said

_KEYS = re.compile(r"(?<=//)[^/?#@]*@|[?#].*", re.S)
LONGEST_SAID = 4000  # characters of an error that are looked at
# an error inside a body that names no status -> the status it would have had
NAMED = {
    "rate_limit": 429, "rate limit": 429, "ratelimit": 429, "too many requests": 429,
    "resource_exhausted": 429, "throttl": 429, "overloaded": 503, "unavailable": 503,
    "insufficient_quota": 429, "invalid_api_key": 401, "authentication": 401,
    "unauthorized": 401, "permission": 403, "not_found": 404, "invalid_request": 400,
    "invalid_argument": 400, "bad_request": 400, "badrequest": 400, "validation": 400,
    "timeout": 504, "not authenticated": 401, "insufficient balance": 402, "capacity": 503,
    "速率限制": 429, "欠费": 402,
}  # fmt: skip


def problem_replied(reply: Reply, has_format: bool) -> Problem | None:
    """Return what a response's status means; None when it may hold an answer."""
    if 200 <= reply.status < 300:
        return None
    return _guarded(
        lambda: status_problem(reply.status, decoded(reply.content), reply.headers, has_format),
        reply.status,
    )


def problem_of(error: Exception, has_format: bool = False) -> Problem:
    """Classify an exception of the openai client or its transport, whatever its body holds.

    Args:
        error: what the client raised.
        has_format: the request asked for a schema or for JSON.
    """
    status = getattr(error, "status_code", None)
    return _guarded(lambda: _problem_of(error, has_format), status)


def _guarded(found: Callable[[], Problem], status: int | None) -> Problem:
    try:
        problem = found()
    except Exception as odd:  # noqa: BLE001  a body nobody foresaw fails its own request only
        said = f"{type(odd).__name__} in the error"
        return Problem(ErrorType.UNREADABLE_ERROR, said, status)
    return replace(problem, message=clean(problem.message))


def _problem_of(error: Exception, has_format: bool) -> Problem:
    # a second of CPU to import: who asks has done so, who folds or estimates need not
    import httpx2
    import openai

    if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
        return Problem(ErrorType.TIMEOUT, "no answer within the time limit")
    if isinstance(error, openai.APIStatusError):
        return status_problem(
            error.status_code, error.response.text, error.response.headers, has_format
        )
    cause = (isinstance(error, openai.OpenAIError) and error.__cause__) or error
    is_sent = type(cause).__name__ not in ("ConnectError", "ConnectTimeout", "UnsupportedProtocol")
    kind = ErrorType.CONNECTION if is_sent else ErrorType.UNREACHABLE
    return Problem(kind, f"{type(cause).__name__}: {cause}")


def status_problem(status: int, text: str, headers: Any, has_format: bool) -> Problem:
    """Return what a response with an error status means."""
    try:
        body = json_value(text)
    except Unreadable:
        body = None
    message, said = _said(body, text)
    if 300 <= status < 400:
        named = str(headers.get("location") or "")
        # what stands before the host and after the path may be a key
        where = _KEYS.sub("", named) or "an address it does not name"
        return Problem(ErrorType.MOVED, f"it sends us on to {where} (status {status})", status)
    problem = _classified(status, message, said, has_format)
    return replace(problem, wait=retry_after(headers) or problem.wait)


def problem_inside(body: dict[str, Any], headers: Any, has_format: bool) -> Problem | None:
    """Return what an error inside a body of status 200 means; None when there is none.

    Errors stand at the top, or in the first choice of an answer that broke off.
    """
    error = body.get("error") or part(_first_choice(body)).get("error")
    is_sure = bool(error)
    if not error:
        if body.get("choices") or body.get("data"):
            return None
        error = _first_of(body.get("errors")) or part(body.get("base_resp")) or body
        has_words = bool({"message", "msg", "detail"} & body.keys())
        has_code = bool({"code", "status", "type"} & body.keys())
        is_sure = body.get("object") == "error" or (has_words and has_code)
    elif error is True:
        error = {name: value for name, value in body.items() if name != "error"}
    message, said = _said({"error": error}, "")
    found = [count(value) for value in _codes(error)]
    status = next((one for one in found if one is not None and 400 <= one < 600), None)
    if status is None:
        status = next((number for name, number in NAMED.items() if name in said), None)
    if status is None and not is_sure:
        return None  # whatever it is, it says nothing that would be understood
    status = status or 500
    problem = _classified(status, message, said, has_format)
    wait = retry_after(headers) if headers is not None else None
    return replace(problem, message=clean(f"{problem.message} (in a body of status 200)"),
                   wait=wait or problem.wait)  # fmt: skip


def _first_choice(body: dict[str, Any]) -> Any:
    return _first_of(body.get("choices"))


def _first_of(listed: Any) -> Any:
    return listed[0] if isinstance(listed, list) and listed else None


def _classified(status: int, message: str, said: str, has_format: bool) -> Problem:
    kind = kind_of(status, said, has_format)
    lead = {
        ErrorType.QUOTA: "the endpoint's quota is used up: ",
        ErrorType.CONTEXT_TOO_LONG: "the prompt is too long: ",
        ErrorType.CONTENT_FILTER: "stopped by the content filter: ",
        ErrorType.FORBIDDEN_INPUT: "the endpoint refuses this input: ",
    }.get(kind, "")
    wait = wait_said(said) if kind.action is Action.THROTTLE else None
    return Problem(kind, f"{lead}{message}"[:600], status, wait)


def _said(body: Any, text: str) -> tuple[str, str]:
    """Return (the server's own words, short; its codes and words in small letters).

    What a body quotes of the request is in neither: a document must not speak for a provider.
    """
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        words = " ".join(text[:LONGEST_SAID].split())[:300] or "no reason given"
        # a page of a proxy speaks of many things: its words are shown and mean nothing
        return words, "" if words.startswith("<") else words.lower()
    error = body.get("error") or body
    if not isinstance(error, dict):
        words = (saying(error) or "no reason given")[:500]
        return words, words.lower()
    words = _words(error)
    said = " ".join([*(str(code)[:200] for code in _codes(error)), words]).lower()
    return (words or json.dumps(error))[:500], said[:LONGEST_SAID]


def _words(error: dict[str, Any]) -> str:
    """Return an error's message; a list of complaints (FastAPI, pydantic) by place and reason."""
    for name in ("message", "msg", "detail", "error", "reason", "status_msg"):
        value = error.get(name)
        if isinstance(value, str) and value:
            raw = part(error.get("metadata")).get("raw")  # what the provider behind a router said
            return f"{value}: {raw[:1500]}" if isinstance(raw, str) and raw else value
        if isinstance(value, list):
            places = [(saying(part(one).get("loc")), saying(part(one).get("msg"))) for one in value]
            return "; ".join(f"{place or ''} {said or ''}".strip() for place, said in places[:5])
        if isinstance(value, dict) and value:
            return _words(value)
    return ""


def _codes(error: Any) -> Iterator[Any]:
    """Yield the codes and names an error has for itself, its own and those inside."""
    if not isinstance(error, dict):
        return
    for name in ("code", "status", "status_code", "type", "param", "error_code", "statusCode",
                 "__type"):  # fmt: skip
        value = error.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            yield value
    yield from part(error.get("metadata"))
    for name in ("innererror", "error", "details"):
        yield from _codes(error.get(name))
