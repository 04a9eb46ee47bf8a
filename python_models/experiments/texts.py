"""What a stage takes out of a raw answer, and what a text must be to be built on."""

from __future__ import annotations

import re
from typing import NamedTuple

from ingestion.experiments.own_code import CannotRun, called, matches
from ingestion.experiments.parsers import PATTERN


class Taken(NamedTuple):
    """The text that goes on, or the reason why there is none."""

    text: str | None
    error: str | None


def take(raw: str, parser: str | None, min_lines: int) -> Taken:
    """Return the wanted part of an answer: all of it, or what the template's parser finds."""
    text, error = parsed(raw, parser) if parser else (raw.strip(), None)
    if error is not None:
        return Taken(None, error)
    if not text:
        return Taken(None, "the text is empty")
    lines = sum(1 for line in text.splitlines() if line.strip())
    if lines < min_lines:
        return Taken(None, f"the text has {lines} lines, at least {min_lines} are asked for")
    return Taken(text, None)


def parsed(raw: str, parser: str) -> tuple[str, str | None]:
    """Return (text, error): in the last tag, of a pattern's last place, or of an own function."""
    if parser.startswith("tag:"):
        return in_tag(raw, parser.removeprefix("tag:"))
    try:
        if parser.startswith(PATTERN):
            found = matches(parser.removeprefix(PATTERN), raw)
            return (found[-1].strip(), None) if found else ("", f"nothing in it is {parser}")
        value = called(parser, raw)
    except CannotRun as error:
        return "", str(error)
    if isinstance(value, str):
        return value.strip(), None
    return "", f"{parser} gave {value!r}, which is no text"


def in_tag(raw: str, tag: str) -> tuple[str, str | None]:
    """Return (text, error) of the last closed tag: models name the tag before they use it."""
    name = re.escape(tag)
    opened = [found.end() for found in re.finditer(rf"<\s*{name}\s*>", raw, re.IGNORECASE)]
    closed = [found.start() for found in re.finditer(rf"<\s*/\s*{name}\s*>", raw, re.IGNORECASE)]
    if not opened:
        return "", f"there is no <{tag}>"
    if not closed:
        return "", f"<{tag}> is never closed"
    starts = [start for start in opened if start <= closed[-1]]
    if not starts:
        return "", f"<{tag}> is closed before it is opened"
    if opened[-1] > closed[-1]:
        return "", f"the last <{tag}> is never closed"
    text = raw[starts[-1] : closed[-1]].strip()
    return (text, None) if text else ("", f"<{tag}> is empty")
