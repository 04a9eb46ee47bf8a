"""Times of log lines: ISO 8601, with comma or point, Apache's, syslog's without year, epochs."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ingestion.knowledge.times import epoch

MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_APACHE = re.compile(r"(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d)(?: ([+-])(\d\d)(\d\d))?$")
_SYSLOG = re.compile(r"(\w{3}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6}))?$")
_OTHERS = (  # of Go and nginx; compact; with points; of C's ctime
    (re.compile(r"(\d{4})/(\d\d)/(\d\d) (\d\d:\d\d:\d\d)(.*)$"), r"\1-\2-\3 \4\5"),
    (re.compile(r"(\d{8}T\d{6}Z?)$"), r"\1"),
    (re.compile(r"(\d{4})(\d\d)(\d\d) (\d\d:\d\d:\d\d)(.*)$"), r"\1-\2-\3 \4\5"),
    (re.compile(r"(\d{4})(\d\d)(\d\d)-(\d\d:\d\d:\d\d):(\d{3})$"), r"\1-\2-\3 \4.\5"),
    (re.compile(r"(\d\d)/(\d\d)/(\d\d) (\d\d:\d\d:\d\d)(.*)$"), r"20\1-\2-\3 \4\5"),
    (re.compile(r"(\d\d)(\d\d)(\d\d) (\d\d)(\d\d)(\d\d)$"), r"20\1-\2-\3 \4:\5:\6"),
    (re.compile(r"(\d\d)-?(\d\d) (\d\d:\d\d:\d\d)(.*)$"), r"0004-\1-\2 \3\4"),
    (re.compile(r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)(.*)$"), r"\3-\2-\1 \4\5"),
)
_CTIME = re.compile(r"\w{3} (\w{3}) +(\d{1,2}) (\d\d:\d\d:\d\d)((?:\.\d+)?) (\d{4})$")
# with the day before the month's name; with halves of days, where numbers are months first
_NAMED = re.compile(r"(\d{1,2})[- ](\w{3})[- ](\d{4}) (\d\d:\d\d:\d\d)(.*)$")
_HALVES = re.compile(r"(.*?),? (\d{1,2}:\d\d:\d\d)(\.\d+)? ([AP]M)$")
_DAYS = ("%m/%d/%Y", "%b %d, %Y", "%Y-%m-%d")
# hours from UTC of zones that logs name by letters; others name several zones each
ZONES = {
    "UTC": 0, "GMT": 0, "CET": 1, "CEST": 2, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5,
    "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_ZONE = re.compile(rf" ([+-]\d\d:?\d\d|Z|{'|'.join(ZONES)})$")
LEAP = re.compile(r"(?<=:59:)60(?!\d)")
NO_YEAR = 4  # a leap year before any log: what has it is still to be given its year
WRAP = timedelta(days=180)  # a step back of more is a New Year


class Times:
    """Reads the times of one file."""

    def __init__(self, zone: str = "UTC", time_format: str | None = None) -> None:
        self._zone = None if zone == "UTC" else ZoneInfo(zone)
        self._format = time_format
        self._cached: Callable[[str], datetime | None] = lru_cache(maxsize=4096)(self._read)
        self._is_plain = self._zone is None and not time_format

    def read(self, text: str) -> datetime | None:
        """Return the time a text says, UTC without zone; a year it lacks is `NO_YEAR`."""
        if self._is_plain:
            try:
                found = datetime.fromisoformat(text)
                if found.tzinfo is None:
                    return found
            except ValueError:
                pass
        return self._cached(text)

    def _read(self, text: str) -> datetime | None:
        if LEAP.search(text):  # of clocks that show it
            before = self._read(LEAP.sub("59", text))
            return before and before + timedelta(seconds=1)
        try:
            found = self._declared(text) if self._format else _usual(text)
        except ValueError:
            return None
        if found is None:
            return epoch(text)
        if found.tzinfo is None:
            if self._zone is None:
                return found
            if found.year == NO_YEAR:  # its offset depends on the year: after that is known
                return found
            found = found.replace(tzinfo=self._zone)
        return found.astimezone(UTC).replace(tzinfo=None)

    def _declared(self, text: str) -> datetime | None:
        form = self._format or ""
        if not any(sign in form for sign in ("%Y", "%y", "%c", "%G", "%x", "%s")):
            return datetime.strptime(f"{NO_YEAR:04d} {text}", f"%Y {form}")
        return datetime.strptime(text, form)

    def with_years(
        self, times: list[datetime | None], first: int | None, latest: datetime
    ) -> list[datetime | None]:
        """Give times without year their years: the file's first year, else the newest possible.

        `latest` is when the file was exported: no line of it is more than a day younger.
        """
        bare = [one for one in times if one is not None and one.year == NO_YEAR]
        if not bare:
            return times
        year = first if first is not None else self._first_year(times, latest)
        found: list[datetime | None] = []
        last: datetime | None = None
        for one in times:
            if one is None or one.year != NO_YEAR:
                found.append(one)
                continue
            if last is not None and last - one > WRAP:
                year += 1
            elif last is not None and one - last > WRAP:  # a straggler of the year before
                found.append(self._placed(one, year - 1))
                continue
            last = one
            found.append(self._placed(one, year))
        return found

    def _first_year(self, times: list[datetime | None], latest: datetime) -> int:
        """The year of the first line without one: what a neighbour says, else the newest."""
        known = [one for one in times if one is not None]
        bare = [one for one in known if one.year == NO_YEAR]
        place = known.index(bare[0])
        if len(bare) < len(known):  # a line near it names its year
            near = known[place - 1] if place else next(o for o in known if o.year != NO_YEAR)
            years = (near.year - 1, near.year, near.year + 1)
            found = ((year, self._placed(bare[0], year)) for year in years)
            return min((abs(at - near), year) for year, at in found if at is not None)[1]
        wraps = sum(one - other > WRAP for one, other in zip(bare, bare[1:], strict=False)) - sum(
            other - one > WRAP for one, other in zip(bare, bare[1:], strict=False)
        )
        leap = [one for one in bare if (one.month, one.day) == (2, 29)] if not wraps else []
        year = latest.year
        while year > latest.year - 8:
            ends = self._placed(bare[-1], year)
            is_past = ends is not None and ends <= latest + timedelta(days=1)
            if is_past and all(self._placed(one, year) for one in leap):
                break
            year -= 1
        return year - max(0, wraps)

    def _placed(self, one: datetime, year: int) -> datetime | None:
        try:
            found = one.replace(year=year)
        except ValueError:  # the 29th of February of a year that has none
            return None
        if self._zone is None:
            return found
        return found.replace(tzinfo=self._zone).astimezone(UTC).replace(tzinfo=None)


def _iso(text: str) -> datetime:
    text = _ZONE.sub(
        lambda found: f"{ZONES[found[1]]:+03d}:00" if found[1] in ZONES else found[1], text
    )
    return datetime.fromisoformat(text.replace(",", ".", 1))


def _of_halves(day: str, clock: str, fraction: str | None, half: str) -> datetime | None:
    for form in _DAYS:
        with suppress(ValueError):
            found = datetime.strptime(f"{day} {clock} {half}", f"{form} %I:%M:%S %p")
            return found.replace(microsecond=int((fraction or ".0")[1:7].ljust(6, "0")))
    return None


def _usual(text: str) -> datetime | None:
    if match := _HALVES.match(text):
        return _of_halves(*match.groups())
    if text[:4].isdigit() and text[4:5] == "-":
        return _iso(text)
    if match := _APACHE.match(text):
        day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
        found = (
            datetime(int(year), MONTHS[month], int(day), int(hour), int(minute), int(second))
            if month in MONTHS
            else None
        )
        if found is None or sign is None:
            return found
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return (found - offset if sign == "+" else found + offset).replace(tzinfo=UTC)
    if (match := _SYSLOG.match(text)) and match[1] in MONTHS:
        micro = int((match[6] or "0").ljust(6, "0"))
        return datetime(
            NO_YEAR, MONTHS[match[1]], int(match[2]), int(match[3]), int(match[4]), int(match[5]),
            micro,
        )  # fmt: skip
    for pattern, iso in _OTHERS:
        if pattern.match(text):
            return _iso(pattern.sub(iso, text))
    if (match := _NAMED.match(text)) and match[2] in MONTHS:
        return _iso(f"{match[3]}-{MONTHS[match[2]]:02d}-{int(match[1]):02d} {match[4]}{match[5]}")
    if (match := _CTIME.match(text)) and match[1] in MONTHS:
        day = f"{match[5]}-{MONTHS[match[1]]:02d}-{int(match[2]):02d}"
        return datetime.fromisoformat(f"{day} {match[3]}{match[4]}")
    return None
