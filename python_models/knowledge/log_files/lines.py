"""Bytes of a log file to events: a line that begins one, and the lines that go on with it."""

from __future__ import annotations

import codecs
import gc
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from python_models.knowledge.log_files.moments import Times
from python_models.knowledge.log_files.usual import LETTERS, SHAPES

CUT = 64 * 1024  # characters of a message; the rest is in the stored bytes
# colours and cursors; titles of windows; sets of characters; whatever else an escape begins
_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]+[0-~]|\x1b[0-~]"
)
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_UNSEEN_BYTES = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")  # with the return before an end of line
GROUPS = ("time", "level", "host", "component", "message")


@dataclass(frozen=True)
class Rule:
    """How the lines of a source are read, as it declares."""

    pattern: re.Pattern[str] | None = None
    first_line: re.Pattern[str] | None = None
    time_format: str | None = None
    year: int | None = None
    zone: str = "UTC"


@dataclass(slots=True)
class Event:
    """One event of a file; `offset` counts bytes of the unpacked file, in UTF-8."""

    offset: int
    at: datetime | None
    level: str | None
    host: str | None
    component: str | None
    message: str  # its first line, without what the pattern took out of it
    text: str  # all of its lines, cleaned
    line_count: int


def rule_of(lines: dict[str, Any], zone: str) -> Rule:
    """Return the rule a declaration's `lines` states."""
    pattern = lines.get("pattern")
    first = lines.get("first_line")
    return Rule(
        re.compile(pattern) if pattern and pattern != r"(?P<message>.*)" else None,
        re.compile(first) if first else None,
        lines.get("time_format"),
        lines.get("year"),
        zone,
    )


def events(content: bytes, rule: Rule, exported_at: datetime) -> list[Event]:
    """Return the events of an unpacked file, in its order."""
    if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        content = content.decode("utf-16", "replace").encode()
    is_collecting = gc.isenabled()
    gc.disable()  # events hold no circles: looking through a growing list of them is a fifth of it
    try:
        return _events(content, rule if rule.pattern else _guessed(content, rule), exported_at)
    finally:
        if is_collecting:
            gc.enable()


def _events(content: bytes, rule: Rule, exported_at: datetime) -> list[Event]:
    assert rule.pattern
    times = Times(rule.zone, rule.time_format)
    begins, match = rule.first_line and rule.first_line.match, rule.pattern.match
    take = _taking([rule.pattern.groupindex.get(name) for name in GROUPS])
    read = times.read
    found: list[Event] = []
    held: list[str] = []  # lines that go on with the last event
    stamps: list[datetime | None] = []
    for offset, line in _lines(content):
        matched = match(line)
        if (not begins(line)) if begins else matched is None:
            if found:
                held.append(line)
                continue
            if not line.strip():
                continue
        if held:
            _close(found, held)
        if matched is None:
            found.append(Event(offset, None, None, None, None, line.strip()[:CUT], line[:CUT], 1))
            stamps.append(None)
            continue
        time, level, host, component, message = take(matched)
        level = LETTERS.get(level, level) if level else None
        message = (line if message is None else message).strip()[:CUT]
        found.append(Event(offset, None, level, host, component, message, line[:CUT], 1))
        stamps.append(read(time) if time else None)
    _close(found, held)
    for event, at in zip(found, times.with_years(stamps, rule.year, exported_at), strict=True):
        event.at = at
    return found


def _taking(places: list[int | None]) -> Callable[[re.Match[str]], tuple[str | None, ...]]:
    """Return what takes groups out of a match, None for one that the pattern lacks."""
    there = [place for place in places if place is not None]
    if len(there) == len(places):
        return lambda matched: matched.group(*there)  # at once
    return lambda matched: tuple(None if place is None else matched[place] for place in places)


def _lines(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield every line cleaned, with its offset; an empty one at the end is none."""
    if content.isascii() and not _UNSEEN_BYTES.search(content):  # most files: nothing to clean
        yield from _plain_lines(content)
        return
    offset = 0
    for raw in content.split(b"\n"):
        if raw or offset < len(content):
            text = raw.decode("utf-8", "replace").removesuffix("\r").removeprefix("\ufeff")
            if "\x1b" in text or "\x9b" in text:
                text = _ANSI.sub("", text)
            if not text.isprintable():
                text = _UNSEEN.sub("", text)
            yield offset, text
        offset += len(raw) + 1


def _plain_lines(content: bytes) -> Iterator[tuple[int, str]]:
    offset = 0
    lines = content.decode("ascii").split("\n")
    if not lines[-1]:
        lines.pop()
    for line in lines:
        yield offset, line
        offset += len(line) + 1


def _close(found: list[Event], held: list[str]) -> None:
    """Give the last event the lines that went on with it."""
    while held and not held[-1].strip():
        held.pop()
    if held:
        found[-1].line_count += len(held)
        found[-1].text = "\n".join((found[-1].text, *held))[:CUT]
        held.clear()


def _guessed(content: bytes, rule: Rule) -> Rule:
    """Return a rule for a file whose lines are not declared.

    The shape that most unindented lines have says where events begin, if a quarter of them has it;
    else they begin at every line that is not indented.
    """
    head = [line for _, line in _lines(content[: 64 * 1024]) if line and not line[0].isspace()]
    counts = [sum(bool(one.match(line)) for line in head) for one in SHAPES]
    most = max(counts)
    found = SHAPES[counts.index(most)] if most * 4 > len(head) else re.compile(r"(?P<message>\S.*)")
    return Rule(found, rule.first_line, rule.time_format, rule.year, rule.zone)
