"""When a statement holds: its words for a time, read from the day it was said.

Times are UTC without zone; a day begins at midnight. What can't be read says nothing.
"""

from __future__ import annotations

import calendar
import re
from datetime import datetime, timedelta
from typing import NamedTuple

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
MONTHS["sept"] = 9
WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
UNITS = {"day": 1, "week": 7}

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
DATES = [
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:[T ](?P<clock>\d{2}:\d{2}))?"),
    re.compile(rf"{_DAY}\s+(?:of\s+)?(?P<name>{_MONTH})\.?,?(?:\s+(?P<year>\d{{4}}))?", re.I),
    re.compile(rf"(?P<name>{_MONTH})\.?\s+{_DAY}\b(?:,?\s+(?P<year>\d{{4}}))?", re.I),
    re.compile(rf"(?P<name>{_MONTH})\.?,?\s+(?P<year>\d{{4}})", re.I),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})\b"),
    re.compile(r"Q(?P<quarter>[1-4])\s+(?P<year>\d{4})", re.I),
    re.compile(rf"\b(?P<name>{_MONTH})\b", re.I),
    re.compile(r"\b(?P<year>(?:19|20)\d{2})\b"),
]
AGO = re.compile(r"(\d+|a|an|one|two|three|four|five|six)\s+(day|week|month|year)s?\s+ago", re.I)
COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
LAST = re.compile(r"\b(last|this|next)\s+(week|month|year|" + "|".join(WEEKDAYS) + r")\b", re.I)
UNTIL = re.compile(r"\b(?:until|till|up to|through|before)\b|(?<=\d)\s+(?:to|-|–)\s+(?=\w)", re.I)


class Valid(NamedTuple):
    """From when to when a statement holds; None where its words do not say."""

    starts: datetime | None
    ends: datetime | None


def read_time(expression: str | None, said_at: datetime) -> Valid:
    """Return when a statement holds by its words, which were said at `said_at`."""
    if not expression or not expression.strip():
        return Valid(None, None)
    words = expression.strip()
    until = UNTIL.search(words)
    if until is None:
        return Valid(_moment(words, said_at), None)
    before, after = words[: until.start()], words[until.end() :]
    ends = _moment(after, said_at)
    starts = _moment(before, ends or said_at) if before.strip() else None
    return (
        Valid(starts, ends)
        if ends is None or starts is None or starts < ends
        else Valid(ends, None)
    )


def _moment(words: str, said_at: datetime) -> datetime | None:
    """Return the beginning of what some words name."""
    for pattern in DATES:
        found = pattern.search(words)
        if found:
            return _named(found.groupdict(), said_at)
    today = said_at.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        return _relative(words.lower(), today)
    except (OverflowError, ValueError):  # beyond the calendar
        return None


def _named(parts: dict[str, str | None], said_at: datetime) -> datetime | None:
    """Return a date from its parts; one without a year is the last that had come."""
    name, quarter = parts.get("name"), parts.get("quarter")
    month = MONTHS[name.lower()] if name else int(parts.get("month") or 1)
    month = int(quarter) * 3 - 2 if quarter else month
    day, year = int(parts.get("day") or 1), parts.get("year")
    hour, minute = (int(part) for part in (parts.get("clock") or "0:0").split(":"))
    try:
        found = datetime(int(year or said_at.year), month, day, hour, minute)
        if not year and found > said_at + timedelta(days=31):
            found = found.replace(year=found.year - 1)
    except ValueError:
        return None
    return found


def _relative(words: str, today: datetime) -> datetime | None:
    if re.search(r"\b(today|now|as of this|tonight|this morning)\b", words):
        return today
    if "yesterday" in words:
        return today - timedelta(days=1)
    if "tomorrow" in words:
        return today + timedelta(days=1)
    ago = AGO.search(words)
    if ago:
        count = COUNTS.get(ago[1]) or int(ago[1])
        if ago[2] in UNITS:
            return today - timedelta(days=count * UNITS[ago[2]])
        return _months_back(today, count * (12 if ago[2] == "year" else 1))
    near = LAST.search(words)
    return _near(near[1], near[2], today) if near else None


def _near(which: str, unit: str, today: datetime) -> datetime:
    """Return the beginning of last, this or next week, month, year or weekday."""
    step = {"last": -1, "this": 0, "next": 1}[which]
    if unit == "week":
        return today - timedelta(days=today.weekday()) + timedelta(weeks=step)
    if unit == "month":
        return _months_back(today.replace(day=1), -step)
    if unit == "year":
        return datetime(today.year + step, 1, 1)
    behind = (today.weekday() - WEEKDAYS[unit]) % 7 or 7
    return today - timedelta(days=behind) + timedelta(days=0 if step < 0 else 7)


def _months_back(day: datetime, count: int) -> datetime:
    months = day.year * 12 + day.month - 1 - count
    year, month = divmod(months, 12)
    return day.replace(
        year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1])
    )
