"""The smallest parts chunkers put together: tokens, sentences and lines, each as a span."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# as `count_text` counts them, but for white space, which no chunk begins or ends with
TOKEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,6}"
    r"|\d{1,3}|[^\w\s]{1,2}|\w"
)
# a mark that ends a sentence, what closes it, and white space; or a mark of Chinese or Japanese
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*(?=\s)|[。！？]+[」』”’）]*|\n+")
_ABBREVIATED = re.compile(
    r"(?:^|[\s(\"'])(?:[A-Z]|e\.g|i\.e|etc|vs|cf|al|approx|no|fig|Mr|Mrs|Ms|Dr|Prof|St|Inc|Ltd|Jan"
    r"|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|z\.B|bzw|ca|Nr)$"
)
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")


class Span(NamedTuple):
    """[start, end) code points of a text."""

    start: int
    end: int


class Chunk(NamedTuple):
    """A span and the headings it stands under, the outermost first."""

    start: int
    end: int
    headings: tuple[str, ...] = ()


def trimmed(text: str, start: int, end: int) -> Span | None:
    """Return a span without white space at its ends; None when there is nothing else."""
    inner = text[start:end]
    left = inner.lstrip()
    if not left:
        return None
    first = start + len(inner) - len(left)
    return Span(first, first + len(left.rstrip()))


def tokens_of(text: str, start: int, end: int) -> list[Span]:
    """Return the tokens of a part of a text."""
    return [Span(*found.span()) for found in TOKEN.finditer(text, start, end)]


def token_count(text: str, span: Span) -> int:
    """Return about how many tokens a span has."""
    return sum(1 for _ in TOKEN.finditer(text, span.start, span.end))


def paragraphs_of(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield what blank lines separate."""
    at = start
    for blank in _BLANK_LINE.finditer(text, start, end):
        if found := trimmed(text, at, blank.start()):
            yield found
        at = blank.end()
    if found := trimmed(text, at, end):
        yield found


def sentences_of(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the sentences of a paragraph; a line's end ends one too."""
    at = start
    for mark in _SENTENCE_END.finditer(text, start, end):
        if text[mark.start()] == "." and _goes_on(text, mark, start, end):
            continue
        if found := trimmed(text, at, mark.end()):
            yield found
        at = mark.end()
    if found := trimmed(text, at, end):
        yield found


def _goes_on(text: str, mark: re.Match[str], start: int, end: int) -> bool:
    """Say whether a full stop belongs to an abbreviation, or a small letter follows it."""
    after = text[mark.end() : min(mark.end() + 4, end)].lstrip()
    before = text[max(start, mark.start() - 8) : mark.start()]
    return after[:1].islower() or bool(_ABBREVIATED.search(before))
