"""Moments as exports write them: ISO 8601, JavaScript's `Mon Feb 06 2023 ..`, epochs; UTC."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

# `Mon Feb 06 2023 05:00:00 GMT+0000 (GMT)`
_JAVASCRIPT = re.compile(r"^\w{3} (\w{3} \d\d \d{4} \d\d:\d\d:\d\d) GMT([+-]\d{4})(?: \(.*\))?$")
# days and times of a day as people and programs write them, commas left out; numbers alone only
# where their order is known (02/06/2023 says two days)
_DAYS = (
    "%Y-%m-%d", "%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y", "%Y/%m/%d", "%d.%m.%Y", "%d-%b-%Y",
    "%d/%b/%Y", "%d/%b/%y",
)  # fmt: skip
_CLOCKS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
_PARTS = re.compile(
    r"(?P<day>.*?)(?:[ :](?P<clock>\d{1,2}:\d\d(?::\d\d)?(?: [AP]M)?))?"
    r"(?P<zone> ?[+-]\d\d:?\d\d)?"
)
_WEEKDAY = re.compile(r"^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +")
_UTC = re.compile(r"(?<=\d) ?(?:Z|UTC|GMT)$|(?<=[Z\d])\[[\w/+-]+\]$")  # with the name of a zone
_LEAP = re.compile(r"(?<=:59:)60(?!\d)")
_CTIME = re.compile(r"^(\w{3} \d{1,2}) (\d\d:\d\d:\d\d) (\d{4})$")
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
    if _LEAP.search(text):
        before = moment(_LEAP.sub("59", text), zone)
        return before and before + timedelta(seconds=1)
    if match := _JAVASCRIPT.match(text):
        return _read(f"{match[1]} {match[2]}", "%b %d %Y %H:%M:%S %z", zone)
    if match := _BEHIND.match(text):
        said = timedelta(hours=int(match[3] or 0), minutes=int(match[4] or 0))
        at = moment(match[1])
        return at and (at + said if match[2] == "-" else at - said)
    if _RFC_822.match(text):
        with suppress(ValueError):
            return _utc(parsedate_to_datetime(text), zone)
    text = text.split(" → ")[0].strip()  # of a time from .. to
    text = _UTC.sub(lambda found: "" if "[" in found[0] else "+00:00", text)
    return _read(text, None, zone) or _in_parts(text, zone) or epoch(text)


def _in_parts(text: str, zone: str) -> datetime | None:
    """A moment as a day, a time of the day and a zone, of which the last two may be left out."""
    plain = " ".join(_WEEKDAY.sub("", text).replace(" at ", " ").replace(",", " ").split())
    match = _PARTS.fullmatch(_CTIME.sub(r"\1 \3 \2", plain))
    if not match or not match["day"]:
        return None
    clocks = _CLOCKS if match["clock"] else ("",)
    said = f"{match['day']} {match['clock'] or ''}{(match['zone'] or '').strip()}"
    behind = "%z" if match["zone"] else ""
    tried = (_read(said, f"{day} {clock}{behind}", zone) for day in _DAYS for clock in clocks)
    return next((found for found in tried if found), None)


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
