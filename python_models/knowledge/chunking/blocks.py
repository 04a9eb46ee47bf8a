"""Blocks of Markdown: headings, and what stands between them; tables and code stay whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from python_models.knowledge.chunking.units import Span, trimmed

_LINE = re.compile(r"[^\n]*\n?")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*\n?$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*\n?$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*\n?$")
_INDENTED = re.compile(r"(?: {4}|\t)\s*\S")


class Block(NamedTuple):
    """A span of lines: `heading` (its level, 1 to 6, and its words), `whole` (a table, code) or
    `text`."""

    kind: str
    start: int
    end: int
    level: int = 0
    words: str = ""

    @property
    def span(self) -> Span:
        """Its place."""
        return Span(self.start, self.end)


class _Scanner:
    """Reads line by line; a block is open until something ends it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._start: int | None = None  # of the open block
        self._kind = "text"
        self._fence = ""  # what closes the open code

    def blocks(self) -> Iterator[Block]:
        for found in _LINE.finditer(self._text):
            if found.end() > found.start():
                yield from self._line(found.start(), found.end(), found[0])
        yield from self._closed(len(self._text))

    def _line(self, start: int, end: int, line: str) -> Iterator[Block]:
        fence = _FENCE.match(line)
        if self._fence:
            if fence and fence[1].startswith(self._fence) and not fence[2].strip():
                self._fence = ""
                yield from self._closed(end)
        elif fence and not (fence[1][0] == "`" and "`" in fence[2]):
            yield from self._closed(start)
            self._fence, self._start, self._kind = fence[1], start, "whole"
        elif not line.strip():
            yield from self._closed(start)
        elif heading := _HEADING.match(line):
            yield from self._closed(start)
            yield self._heading(start, end, len(heading[1]), heading[2] or "")
        elif self._is_title(line):
            words = " ".join(self._text[self._start : start].split())
            level = 1 if "=" in line else 2
            yield self._heading(self._start or 0, end, level, words)
            self._start = None
        else:
            self._goes_on(start, line)

    def _heading(self, start: int, end: int, level: int, words: str) -> Block:
        span = trimmed(self._text, start, end) or Span(start, end)
        return Block("heading", *span, level, words.strip())

    def _is_title(self, line: str) -> bool:
        return self._start is not None and self._kind == "text" and bool(_UNDERLINE.match(line))

    def _goes_on(self, start: int, line: str) -> None:
        if self._start is None:
            self._start = start
            self._kind = "whole" if _INDENTED.match(line) else "text"
        elif _TABLE_RULE.match(line):
            self._kind = "whole"

    def _closed(self, end: int) -> Iterator[Block]:
        if self._start is not None and (span := trimmed(self._text, self._start, end)):
            yield Block(self._kind, *span)
        self._start, self._kind = None, "text"


def blocks_of(text: str) -> Iterator[Block]:
    """Yield the blocks of a Markdown text in order; together they have all but white space."""
    return _Scanner(text).blocks()
