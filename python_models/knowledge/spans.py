"""Where a quote stands in a text: letter by letter, else but for case and spaces, else nearly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

NEAR = 0.85  # similarity from which a passage is nearly the quote
APART = 0.03  # by how much the best passage must be better than the next
SHORTEST = 8  # characters of a quote that is looked for nearly
WORD = re.compile(r"\w(?:\S*\w)?")  # without the marks round it
PLAIN = {
    "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
}  # fmt: skip
UNSEEN = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad")


@dataclass(frozen=True)
class Span:
    """A passage of a text, [start, end) code points, and how it was found."""

    start: int
    end: int
    found: str  # exact | folded | near


@lru_cache(maxsize=256)
def folded(text: str) -> tuple[str, tuple[int, ...]]:
    """Return a text without case, marks and doubled spaces, and of each letter its place."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        if letter in UNSEEN:
            continue
        if letter.isspace():
            if letters and letters[-1] != " ":
                letters.append(" ")
                places.append(place)
            continue
        for part in PLAIN.get(letter, letter).casefold():
            letters.append(part)
            places.append(place)
    return "".join(letters), tuple(places)


def find_span(text: str, quote: str | None, hint: int | None = None) -> Span | None:
    """Return where a quote stands, the place nearest to `hint` (else the first) if several do.

    None when it does not stand there, or when two passages are as near to it.
    """
    if not quote or not quote.strip():
        return None
    places = _occurrences(text, quote)
    if places:
        at = _nearest(places, hint)
        return Span(at, at + len(quote), "exact")
    plain, origin = folded(text)
    sought = folded(quote)[0].strip()
    places = _occurrences(plain, sought) if sought else []
    if places:
        spans = [_back(origin, at, at + len(sought)) for at in places]
        start = _nearest([start for start, _ in spans], hint)
        return Span(start, dict(spans)[start], "folded")
    near = _near(plain, sought)
    return Span(*_back(origin, *near), "near") if near else None


def _occurrences(text: str, quote: str) -> list[int]:
    found, at = [], text.find(quote)
    while at >= 0:
        if _is_whole(text, at, at + len(quote)):
            found.append(at)
        at = text.find(quote, at + 1)
    return found


def _is_whole(text: str, start: int, end: int) -> bool:
    """Say whether a passage begins and ends where words do."""
    cut_before = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    cut_after = end < len(text) and text[end].isalnum() and text[end - 1].isalnum()
    return not (cut_before or cut_after)


def _nearest(places: Sequence[int], hint: int | None) -> int:
    return places[0] if hint is None else min(places, key=lambda at: (abs(at - hint), at))


def _back(origin: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """Return the span of the text itself that a span of its folded form came from."""
    return origin[start], origin[end - 1] + 1


def _near(plain: str, sought: str) -> tuple[int, int] | None:
    """Return the one passage that is nearly what is sought; None if there is none or a second."""
    if len(sought) < SHORTEST:
        return None
    words = [(found.start(), found.end()) for found in WORD.finditer(plain)]
    wanted = WORD.findall(sought)
    if not wanted:
        return None
    known = set(wanted)
    shared = [plain[start:end] in known for start, end in words]
    scored: list[tuple[float, int, int]] = []
    for size in {max(1, len(wanted) - 1), len(wanted), len(wanted) + 1}:
        for first in range(len(words) - size + 1):
            if 2 * sum(shared[first : first + size]) < len(wanted) and len(wanted) > 1:
                continue
            start, end = words[first][0], words[first + size - 1][1]
            score = _likeness(sought, plain[start:end])
            if score >= NEAR:
                scored.append((score, start, end))
    if not scored:
        return None
    best, start, end = max(scored, key=lambda one: (one[0], -one[1]))
    others = [score for score, a, b in scored if (b <= start or a >= end)]
    return None if others and max(others) > best - APART else (start, end)


def _likeness(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < NEAR or matcher.quick_ratio() < NEAR:
        return 0.0
    return matcher.ratio()
