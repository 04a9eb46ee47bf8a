"""Dates of feeds: RFC 822 and ISO 8601 as they are really written, other languages last.

A date that can mean two days stays null and says so; one without a zone is in the source's.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

NO_ZONE, NO_TIME = "date_without_zone", "date_without_time"
AMBIGUOUS, UNREADABLE = "date_ambiguous", "date_unreadable"
IMPLAUSIBLE = "date_implausible"  # before there were feeds: what a program writes for none

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june",
            "jul july", "aug august", "sep sept september", "oct october", "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2,
    "MET": 1, "MEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "EST": -5, "EDT": -4, "CST": -6,
    "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
    "JST": 9, "KST": 9, "IST": 5.5, "AEST": 10, "AEDT": 11, "AWST": 8, "NZST": 12, "NZDT": 13,
}  # fmt: skip
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d+))?)?"
_ZONE = (
    r"\s*(?P<zone>[+-]\d{2}:?\d{2}|[+-]\d{3}|[+-]\d{2}|(?:GMT|UTC)[+-]\d{1,2}(?::?\d{2})?"
    r"|[A-Z][A-Za-z]+(?:/[A-Za-z_-]+){1,2}|[A-Za-z]{1,5})?"
)
# said of both halves of a year: which one it is, the date tells
_PLACES = {
    "ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}  # fmt: skip
_RFC = re.compile(
    rf"(?:[A-Za-z]+\.?,?\s+)?(?P<day>\d{{1,2}})[\s-]+(?P<month>[A-Za-z]{{3,9}})\.?,?[\s-]+"
    rf"(?P<year>\d{{4}}|\d{{2}})(?:,?\s+{_TIME}{_ZONE})?(?:\s*\([^)]*\))?",
)
_ASCTIME = re.compile(
    rf"(?:[A-Za-z]+,?\s+)?(?P<month>[A-Za-z]{{3,9}})\.?\s+(?P<day>\d{{1,2}}),?\s+(?:{_TIME}"
    rf"(?:\s+(?P<zone>[A-Za-z]{{1,5}}|[+-]\d{{4}}))?\s+)?(?P<year>\d{{4}})",
)
_MONTH_FIRST = re.compile(
    rf"(?:[A-Za-z]+\.?,?\s+)?(?P<month>[A-Za-z]{{3,9}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?"
    rf"\s+(?P<year>\d{{4}})(?:,?\s+(?:at\s+)?{_TIME}{_ZONE})?",
)
_ISO = re.compile(
    rf"(?P<year>\d{{4}})-?(?P<month>\d{{2}})-?(?P<day>\d{{2}})(?:(?:T|\s+){_TIME}{_ZONE})?",
    re.IGNORECASE,
)
_ISO_PACKED = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})T?(?P<hour>\d{2})(?P<minute>\d{2})"
    rf"(?P<second>\d{{2}})?{_ZONE}",
)
_NUMERIC = re.compile(
    rf"(?P<a>\d{{1,2}})[./-](?P<b>\d{{1,2}})[./-](?P<year>\d{{4}}|\d\d)(?:,?\s+{_TIME}{_ZONE})?"
)
# a day of a week (2026-W18-5) and of a year (2026-122)
_WEEK = re.compile(
    rf"(?P<year>\d{{4}})-?W(?P<week>\d{{2}})-?(?P<weekday>[1-7])(?:(?:T|\s+){_TIME}{_ZONE})?",
    re.IGNORECASE,
)
_WEEK_PACKED = re.compile(
    r"(?P<year>\d{4})W(?P<week>\d{2})(?P<weekday>[1-7])T(?P<hour>\d{2})(?P<minute>\d{2})"
    rf"(?P<second>\d{{2}})?{_ZONE}",
    re.IGNORECASE,
)
_DAY_OF_YEAR = re.compile(rf"(?P<year>\d{{4}})-(?P<nth>\d{{3}})(?:(?:T|\s+){_TIME}{_ZONE})?", re.I)
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})[/.-] ?(?P<month>\d{{1,2}})[/.-] ?(?P<day>\d{{1,2}})\.?"
    rf"(?:(?:,?\s+|T){_TIME}{_ZONE})?"
)
_EAST_ASIAN = re.compile(
    rf"(?P<year>\d{{4}})\s?[年년]\s?(?P<month>\d{{1,2}})\s?[月월]\s?(?P<day>\d{{1,2}})\s?[日일]"
    rf"(?:\s?\(.\))?(?:\s*{_TIME}{_ZONE})?"
)
_EPOCH = re.compile(r"(\d{10})(\d{3})?(?:\.\d+)?")
_HALF_DAY = re.compile(
    r"\b(?P<hour>0?\d|1[0-2])(?P<rest>(?::\d{2}){1,2})\s*(?P<half>[AaPp])\.?[Mm]\b\.?"
)
_EAST_ASIAN_TIME = re.compile(
    r"(?<=[日일) ])(?:(?P<am>午前|上午|오전)|(?P<pm>午後|下午|오후))?\s?"
    r"(?P<hour>\d{1,2})(?:\s?[時时시点點]\s?|:)(?P<minute>\d{1,2})(?:\s?[分분])?(?:(?:\s?|:)(?P<second>\d{1,2})(?:\s?[秒초])?)?"
)
_DOTTED = re.compile(r"(?<=\d{4} )(\d{1,2})\.(\d{2})(?:\.(\d{2}))?(?=\s|$)")
_HOUR_ONLY = re.compile(r"(?<=\d)(T\d{2})(?=Z|[+-]\d|$)", re.IGNORECASE)
_FARTHEST = timedelta(hours=14)  # no place is farther from UTC
_EARLIEST = datetime(1970, 1, 2)


@lru_cache(maxsize=4096)
def parse_date(
    text: str | None, zone: str | None = None, order: str | None = None
) -> tuple[datetime | None, tuple[str, ...]]:
    """Return a date as UTC without zone, and what has to be known of it.

    Args:
        zone: IANA name of the zone of dates that name none; default UTC.
        order: DMY, MDY or YMD, of dates that are three numbers.
    """
    text = re.sub(r"\s+", " ", (text or "").replace("\u2212", "-")).strip()
    text = re.sub(r"\[[\w/+-]+\]$", "", text)  # RFC 9557 names the place after the offset
    text = re.sub(r"(?<=[+-]\d\d:\d\d)Z$", "", text)  # said twice
    text = re.sub(r"(?<=\d) [-–|·] (?=\d{1,2}:\d\d)", " ", text)  # between day and time
    if not text:
        return None, ()
    text = _plain_time(text)
    try:
        found = _read(text, zone, order)
    except (ValueError, OverflowError):
        return None, (UNREADABLE,)
    if found is None:
        return None, (UNREADABLE,)
    at, flags = found
    # year 1, 1899, 1970: what programs write where they have no date
    return (at, flags) if at is None or at >= _EARLIEST else (at, (*flags, IMPLAUSIBLE))


def _plain_time(text: str) -> str:
    """Return a date with its time as `hours:minutes:seconds` of a day of 24 hours."""

    def of_day(found: re.Match[str]) -> str:
        hour = int(found["hour"]) % 12 + (12 if found["half"] in "Pp" else 0)
        return f"{hour:02}{found['rest']}"

    def of_east_asia(found: re.Match[str]) -> str:
        hour = int(found["hour"]) % 12 if found["am"] or found["pm"] else int(found["hour"])
        parts = (hour + 12 * bool(found["pm"]), found["minute"], found["second"])
        return " " + ":".join(f"{int(part):02}" for part in parts if part is not None)

    if re.search("[日일]", text):
        text = _EAST_ASIAN_TIME.sub(of_east_asia, text)
    text = _HALF_DAY.sub(of_day, text)
    text = _DOTTED.sub(lambda one: ":".join(part for part in one.groups() if part), text)
    return _HOUR_ONLY.sub(r"\1:00", text)


_Found = tuple[datetime | None, tuple[str, ...]]


def _read(text: str, zone: str | None, order: str | None) -> _Found | None:
    if epoch := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(epoch[1]), UTC).replace(tzinfo=None), ()
    for pattern in (_ISO, _ISO_PACKED, _YEAR_FIRST, _EAST_ASIAN):
        if found := pattern.fullmatch(text):
            return _made(found, int(found["month"]), int(found["day"]), zone)
    if found := _WEEK.fullmatch(text) or _WEEK_PACKED.fullmatch(text):
        day = date.fromisocalendar(int(found["year"]), int(found["week"]), int(found["weekday"]))
        return _made(found, day.month, day.day, zone, day.year)
    if found := _DAY_OF_YEAR.fullmatch(text):
        day = date(int(found["year"]), 1, 1) + timedelta(days=int(found["nth"]) - 1)
        return _made(found, day.month, day.day, zone) if f"{day:%Y}" == found["year"] else None
    for pattern in (_RFC, _ASCTIME, _MONTH_FIRST):
        found = pattern.fullmatch(text)
        if found and (month := _MONTHS.get(found["month"].lower())):
            return _made(found, month, int(found["day"]), zone)
    if found := _NUMERIC.fullmatch(text):
        return _numeric(found, zone, order)
    return _in_words(text, zone, order)


def _numeric(found: re.Match[str], zone: str | None, order: str | None) -> _Found:
    first, second = int(found["a"]), int(found["b"])
    if len(found["year"]) == 2 and (order == "YMD" or first > 31):
        return _made(found, second, int(found["year"]), zone, first)
    if len(found["year"]) == 2 and order is None and "-" in found[0] and int(found["year"]) <= 31:
        return None, (AMBIGUOUS,)  # 26-04-13: which of the outer two is the year?
    if order in ("DMY", "MDY"):
        day, month = (first, second) if order == "DMY" else (second, first)
    elif first > 12 >= second or first == second:
        day, month = first, second
    elif second > 12 >= first:
        month, day = first, second
    else:
        return None, (AMBIGUOUS,)
    return _made(found, month, day, zone)


def _made(
    found: re.Match[str], month: int, day: int, zone: str | None, year: int | None = None
) -> _Found:
    given = found.groupdict()
    year = int(given["year"]) if year is None else year
    if year < 100 and len(given["year"]) == 2:  # RFC 2822, 4.3
        year += 2000 if year < 50 else 1900
    flags: list[str] = []
    hour = minute = second = micro = 0
    if given.get("hour") is None:
        flags.append(NO_TIME)
    else:
        hour, minute = int(given["hour"]), int(given["minute"])
        second = min(59, int(given["second"] or 0))
        micro = int((given.get("part") or "0")[:6].ljust(6, "0"))
    extra = timedelta(days=1) if hour == 24 and not (minute or second) else timedelta()
    at = datetime(year, month, day, 0 if extra else hour, minute, second, micro) + extra
    if place := _place(given.get("zone")):
        return _from_zone(at, place), tuple(flags)
    offset = _offset(given.get("zone"))
    if offset is None:
        if given.get("hour") is not None:
            flags.append(NO_ZONE)
        return _from_zone(at, zone), tuple(flags)
    return at - offset, tuple(flags)


def _place(text: str | None) -> str | None:
    """Return the IANA name of a zone that is named by its place."""
    name = _PLACES.get((text or "").upper()) or (text or "")
    return name if "/" in name and name in available_timezones() else None


def _offset(text: str | None) -> timedelta | None:
    """Return what a zone is ahead of UTC; None: it says nothing that is known."""
    if not text:
        return None
    if re.fullmatch(r"[+-]\d{3}", text):  # +100: an hour, its zero forgotten
        text = f"{text[0]}0{text[1:]}"
    if found := re.fullmatch(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?", text, re.IGNORECASE):
        size = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        if size > _FARTHEST:
            return None
        return size if found[1] == "+" else -size
    hours = _ZONES.get(text.upper())
    return None if hours is None else timedelta(hours=hours)


def _from_zone(at: datetime, zone: str | None) -> datetime:
    place = ZoneInfo(zone) if zone else UTC
    return at.replace(tzinfo=place).astimezone(UTC).replace(tzinfo=None)


def _in_words(text: str, zone: str | None, order: str | None) -> _Found | None:
    """Read a date with the names of another language; numbers alone are not guessed."""
    if not re.search(r"[^\W\d_]{2,}", text) or not re.search(r"\d", text):
        return None
    import dateparser

    found = dateparser.parse(
        text,
        settings={
            "DATE_ORDER": order or "DMY",
            "STRICT_PARSING": True,
            "PARSERS": ["absolute-time"],
        },
    )
    if found is None:
        return None
    if found.tzinfo is not None:
        return found.astimezone(UTC).replace(tzinfo=None), ()
    flags = (NO_ZONE,) if re.search(r"\d[:h]\d\d", text) else (NO_TIME,)
    return _from_zone(found, zone), flags
