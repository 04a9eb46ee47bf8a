"""What a search is asked and what it gives: chunks with the words of the question marked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import pyarrow as pa

SNIPPET = 320  # code points of a chunk that are shown

Ask = Callable[..., pa.Table]  # a statement and what is bound in it, on one release
Marks = tuple[tuple[int, int], ...]
Name = TypeVar("Name", str, int)  # what is ranked


@dataclass(frozen=True)
class Filters:
    """What is searched; each is applied before anything is ranked."""

    source: str | None = None
    kind: str | None = None
    since: datetime | None = None  # UTC; of the document's last change
    until: datetime | None = None
    tiers: tuple[str, ...] | None = None
    as_of: datetime | None = None  # UTC; the corpus as it was known then, found by words alone


@dataclass(frozen=True)
class Hit:
    """A chunk that answers; `snippet` is [start, end) of its document's text."""

    rank: int
    score: float
    chunk_id: str
    object_id: str
    version: str
    source: str
    kind: str
    title: str
    uri: str | None
    said_at: datetime | None
    heading_path: str
    tier: str
    span_start: int
    span_end: int
    text: str
    words: tuple[str, ...] = field(default=())

    @property
    def snippet(self) -> tuple[int, int, Marks]:
        """Return where the part that is shown begins and ends, and the words marked in it.

        All in code points of the document's text.
        """
        marks = marks_of(self.text, self.words)
        first = marks[0][0] if marks else 0
        start = max(0, min(first - SNIPPET // 4, len(self.text) - SNIPPET))
        end = min(len(self.text), start + SNIPPET)
        shown = tuple(
            (self.span_start + a, self.span_start + b) for a, b in marks if start <= a and b <= end
        )
        return self.span_start + start, self.span_start + end, shown

    def shown(self, start: int, end: int) -> str:
        """Return a part of the document's text that lies in the chunk."""
        return self.text[start - self.span_start : end - self.span_start]


WORD = re.compile(r"[^\W_]+")


def folded(word: str) -> str:
    """Return a word as search folds it: small letters without accents."""
    parts = unicodedata.normalize("NFD", word.lower())
    return "".join(part for part in parts if not unicodedata.combining(part))


def marks_of(text: str, words: Iterable[str]) -> Marks:
    """Return where words of the question stand in a text."""
    wanted = set(words)
    return tuple(found.span() for found in WORD.finditer(text) if folded(found[0]) in wanted)


def fused(
    lists: Sequence[tuple[float, Sequence[Name]]], k: int, constant: float = 60.0
) -> list[tuple[Name, float]]:
    """Return the k best of ranked lists by reciprocal rank, each list with its weight."""
    scores: dict[Name, float] = {}
    for weight, ranked in lists:
        if weight > 0:
            for place, name in enumerate(ranked, start=1):
                scores[name] = scores.get(name, 0.0) + weight / (constant + place)
    return sorted(scores.items(), key=lambda one: (-one[1], one[0]))[:k]
