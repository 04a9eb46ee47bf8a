"""Puts units together up to a size, such that an edit changes the chunks about it and no other.

Packing from the front would move every later boundary when one unit grows. Here a range that is
too large is split at the boundary whose unit has the smallest hash, and its halves likewise: where
a text is cut hangs on what stands there, not on how much stands before.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from zlib import crc32

from python_models.knowledge.chunking.units import Span, token_count

_NAMED_BY = 24  # code points at a unit's head that stand for it: most edits leave them


def packed(text: str, units: Sequence[Span], limit: int) -> list[Span]:
    """Return spans of whole units with at most `limit` tokens; a larger unit stands alone."""
    if not units:
        return []
    sums = [0, *accumulate(token_count(text, unit) for unit in units)]
    if sums[-1] <= limit:
        return [Span(units[0].start, units[-1].end)]
    keys = [crc32(text[unit.start : unit.start + _NAMED_BY].encode("utf-8", "replace"))
            for unit in units]  # fmt: skip
    found, left = [], [(0, len(units))]
    while left:
        first, last = left.pop()
        if last - first == 1 or sums[last] - sums[first] <= limit:
            found.append(Span(units[first].start, units[last - 1].end))
            continue
        at = _split(sums, keys, first, last, limit // 4)
        left += [(at, last), (first, at)]
    return found


def _split(sums: list[int], keys: list[int], first: int, last: int, least: int) -> int:
    """Return the unit before which a range is split; no crumb of fewer than `least` tokens."""
    inside = range(first + 1, last)
    fit = [at for at in inside if sums[at] - sums[first] >= least <= sums[last] - sums[at]]
    middle = (first + last) / 2  # of equal units, such as a list of the same line
    return min(fit or inside, key=lambda at: (keys[at], abs(at - middle)))
