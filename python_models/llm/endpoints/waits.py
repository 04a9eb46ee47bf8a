"""How long an endpoint asks to wait, in all the ways it is said."""

from __future__ import annotations

import email.utils
import math
import re
import time
from typing import Any

DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|milli|s|m|h|d)[a-z]*")
# "Please try again in 6m0s", "Please retry after 20 seconds", "retryDelay": "33s"
SAID = re.compile(
    r"(?:try again|retry|retrydelay\W{1,4})\s*(?:in|after)?\s*((?:\d+(?:\.\d+)?\s*[a-z]+\s*)+)"
)
LONGEST_ASKED_WAIT = 86_400.0  # seconds; a server that says "for ever" is not waited for
UNITS = {"ms": 0.001, "milli": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


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


def wait_said(said: str) -> float | None:
    """Return the seconds an error's words (in small letters) ask to wait, where they do."""
    found = SAID.search(said)
    return duration(found[1]) if found else None


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
