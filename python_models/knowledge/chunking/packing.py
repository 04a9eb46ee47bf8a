"""Puts units together up to a size, such that an edit changes the chunks about it and no other.

Packing from the front would move every later boundary when one unit grows. Here a range that is
too large is split at the boundary whose unit has the smallest hash, and its halves likewise: where
a text is cut hangs on what stands there, not on how much stands before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from zlib import crc32

from python_models.knowledge.chunking.units import Span, sentences_of, token_count, tokens_of

_NAMED_BY = 24  # code points at a unit's head that stand for it: most edits leave them


def packed(
    text: str, units: Sequence[Span], limit: int, alike: Sequence[float] | None = None
) -> list[Span]:
    """Return spans of whole units with at most `limit` tokens; a larger unit stands alone.

    Args:
        text: what the units are parts of.
        units: in order.
        limit: tokens.
        alike: for each unit how much it has in common with what stands before it: a range is then
            split where that is least.
    """
    if not units:
        return []
    sums = [0, *accumulate(token_count(text, unit) for unit in units)]
    if sums[-1] <= limit:
        return [Span(units[0].start, units[-1].end)]
    keys = alike or [
        crc32(text[unit.start : unit.start + _NAMED_BY].encode("utf-8", "replace"))
        for unit in units
    ]
    found, left = [], [(0, len(units))]
    while left:
        first, last = left.pop()
        if last - first == 1 or sums[last] - sums[first] <= limit:
            found.append(Span(units[first].start, units[last - 1].end))
            continue
        at = _split(sums, keys, first, last, limit // 4)
        left += [(at, last), (first, at)]
    return found


def _split(sums: list[int], keys: Sequence[float], first: int, last: int, least: int) -> int:
    """Return the unit before which a range is split; no crumb of fewer than `least` tokens."""
    inside = range(first + 1, last)
    fit = [at for at in inside if sums[at] - sums[first] >= least <= sums[last] - sums[at]]
    middle = (first + last) / 2  # of equal units, such as a list of the same line
    return min(fit or inside, key=lambda at: (keys[at], abs(at - middle)))


def windows(text: str, span: Span, size: int, overlap: int = 0) -> Iterator[Span]:
    """Yield windows of `size` tokens, each `overlap` tokens into the one before."""
    tokens = tokens_of(text, *span)
    for at in range(0, len(tokens), size - overlap):
        window = tokens[at : at + size]
        yield Span(window[0].start, window[-1].end)
        if at + size >= len(tokens):
            return


def cut(text: str, span: Span, limit: int) -> Iterator[Span]:
    """Yield a span that is too long in parts: between sentences, and inside one only if needed."""
    if token_count(text, span) <= limit:
        yield span
        return
    for part in packed(text, list(sentences_of(text, *span)), limit):
        if token_count(text, part) <= limit:
            yield part
        else:
            yield from windows(text, part, limit)
