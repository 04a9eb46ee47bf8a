"""Moments as exports write them: ISO 8601, JavaScript's `Mon Feb 06 2023 ..`, epochs; UTC."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

# `Mon Feb 06 2023 05:00:00 GMT+0000 (GMT)`
_JAVASCRIPT = re.compile(r"^\w{3} (\w{3} \d\d \d{4} \d\d:\d\d:\d\d) GMT([+-]\d{4})(?: \(.*\))?$")
_FORMATS = (
    "%B %d, %Y %I:%M %p",  # December 4, 2024 8:45 AM
    "%B %d, %Y",
    "%b %d, %Y %I:%M %p",
    "%b %d, %Y",
    "%d %b %Y",
    "%d %B %Y",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
)
_RFC_822 = re.compile(r"^\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d")
# of Notion: `February 6, 2023 5:00 PM (GMT+2)`
_BEHIND = re.compile(r"^(.*\d(?: [AP]M)?) \((?:UTC|GMT)(?:([+-])(\d{1,2})(?::?(\d\d))?)?\)$")
# an epoch is read by its length: seconds, milliseconds, microseconds of 1973 to 2286
_BEGINNING = datetime(1970, 1, 1)
_EPOCHS = ((1e8, 1e10, 1), (1e11, 1e13, 1_000), (1e14, 1e16, 1_000_000))


def moment(text: str | None, zone: str = "UTC") -> datetime | None:
    """Return the moment a text says, UTC without zone; None when it says none.

    `zone` holds where the text names none; an hour that a change of the clock leaves out is the
    one after it.
    """
    text = (text or "").strip()
    if not text:
        return None
    if match := _JAVASCRIPT.match(text):
        return _read(f"{match[1]} {match[2]}", "%b %d %Y %H:%M:%S %z", zone)
    if match := _BEHIND.match(text):
        said = timedelta(hours=int(match[3] or 0), minutes=int(match[4] or 0))
        at = moment(match[1])
        return at and (at + said if match[2] == "-" else at - said)
    if _RFC_822.match(text):
        with suppress(ValueError):
            return _utc(parsedate_to_datetime(text), zone)
    for form in (None, *_FORMATS):
        if found := _read(text, form, zone):
            return found
    return epoch(text)


def _read(text: str, form: str | None, zone: str) -> datetime | None:
    """A moment in one form (None for ISO 8601); what names no day there is (Feb 30) is none."""
    try:
        found = datetime.strptime(text, form) if form else datetime.fromisoformat(text)
        return _utc(found, zone)
    except (ValueError, OverflowError):
        return None


def epoch(value: str | float | None) -> datetime | None:
    """Return the moment of an epoch in seconds, milliseconds or microseconds; None for others."""
    try:
        number = float(value) if value is not None else 0.0
    except (TypeError, ValueError):
        return None
    for least, most, unit in _EPOCHS:
        if least <= number < most:
            return _BEGINNING + timedelta(microseconds=round(number * (1_000_000 // unit)))
    return None


def _utc(found: datetime, zone: str) -> datetime:
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(zone))
    return found.astimezone(UTC).replace(tzinfo=None)
