"""What an error of an endpoint means: wait and try again, give the row up, or stop the step."""

from __future__ import annotations

import email.utils
import json
import math
import re
import time
from dataclasses import dataclass, replace
from typing import Any

import openai

from python_models.llm.endpoints.boundary import clean

RETRIED_STATUSES = frozenset({408, 409, 425, 429})
FORMAT_WORDS = ("response_format", "json_schema", "json_object", "structured output", "grammar")
LENGTH_WORDS = ("context_length", "context length", "context window", "maximum context", "too long",
                "too many tokens", "exceeds the available context")  # fmt: skip
FILTER_WORDS = ("content_filter", "content management policy", "content_policy")
DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
LONGEST_ASKED_WAIT = 86_400.0  # seconds; a server that says "for ever" is not waited for
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True)
class Problem:
    """One failed request.

    `action` is one of: retry, throttle (retry, and slow down), row (this row fails, final),
    stop (the step stops: nothing else would fare better), later (the step stops cleanly, what
    is left stays pending), format (ask without what the endpoint does not know).
    """

    action: str
    error_type: str
    message: str
    status: int | None = None
    wait: float | None = None


def problem_of(error: Exception) -> Problem:
    """Classify an exception of the openai client, whatever its body holds."""
    try:
        problem = _problem_of(error)
    except Exception as odd:  # noqa: BLE001  a body nobody foresaw fails its own request only
        status = getattr(error, "status_code", None)
        return Problem("retry", "unreadable_error", f"{type(odd).__name__} in the error", status)
    return replace(problem, message=clean(problem.message))


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, openai.APITimeoutError):
        return Problem("retry", "timeout", "no answer within the time limit")
    if isinstance(error, openai.APIStatusError):
        return _status_problem(error)
    if isinstance(error, openai.APIConnectionError):
        cause = error.__cause__
        return Problem("retry", "connection", f"{type(cause or error).__name__}: {cause or error}")
    return Problem("retry", type(error).__name__, str(error))


def _status_problem(error: openai.APIStatusError) -> Problem:
    status, text = error.status_code, _said(error)
    code = f"{error.code or ''} {error.type or ''} {text}".lower()
    if status == 429 and "insufficient_quota" in code:
        return Problem("later", "quota", f"the endpoint's quota is used up: {text}", status)
    if status in (429, 503):
        wait = retry_after(error.response.headers)
        return Problem("throttle", "rate_limit" if status == 429 else "overloaded", text,
                       status, wait)  # fmt: skip
    if status in (401, 403):
        return Problem("stop", "authentication", text, status)
    if status == 404:
        return Problem("stop", "not_found", text, status)
    if status in RETRIED_STATUSES or status >= 500:
        if status == 501 and any(word in code for word in FORMAT_WORDS):
            return Problem("format", "response_format", text, status)
        return Problem("retry", "server_error", text, status, retry_after(error.response.headers))
    if any(word in code for word in LENGTH_WORDS) or status == 413:
        return Problem("row", "context_too_long", f"the prompt is too long: {text}", status)
    if any(word in code for word in FILTER_WORDS):
        return Problem("row", "content_filter", f"stopped by the content filter: {text}", status)
    if any(word in code for word in FORMAT_WORDS):
        return Problem("format", "response_format", text, status)
    return Problem("row", "bad_request", text, status)


def _said(error: openai.APIStatusError) -> str:
    """Return the server's own words, short."""
    body: Any = error.body
    if isinstance(body, dict):
        return str(body.get("message") or body.get("detail") or json.dumps(body))[:500]
    return " ".join(error.response.text.split())[:300] or error.message


def retry_after(headers: Any) -> float | None:
    """Return how many seconds the server asks to wait (number, milliseconds or date)."""
    if value := headers.get("retry-after-ms"):
        milliseconds = _number(value)
        return None if milliseconds is None else bounded(milliseconds / 1000)
    value = headers.get("retry-after")
    if not value:
        return None
    if (seconds := _number(value)) is not None:
        return bounded(seconds)
    try:
        return bounded(email.utils.mktime_tz(email.utils.parsedate_tz(value)) - time.time())
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def bounded(seconds: float) -> float:
    """Return a wait that ends."""
    return min(max(0.0, seconds), LONGEST_ASKED_WAIT)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def duration(text: str | None) -> float | None:
    """Return the seconds of a duration as rate-limit headers write it: `6m0s`, `250ms`, `1.5`."""
    if not text:
        return None
    if (seconds := _number(text)) is not None:
        return bounded(seconds)
    parts = DURATION.findall(text)
    return bounded(sum(float(number) * UNITS[unit] for number, unit in parts)) if parts else None
