"""Cells of rated files as numbers: what is missing, what is a number, and how it is written.

A cell is a number, a missing one, or a word; a column is numbers or words. Whatever could be read
in two ways is an error that names the cell, because no statistic shows a misread rating.
"""

from __future__ import annotations

import logging
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LOG = logging.getLogger(__name__)
MISSING = frozenset(
    ("", "-", "--", "–", "—", ".", "n/a", "n.a.", "n. a.", "na", "#n/a", "nan", "null", "k.a.",
     "k. a.", "n.d.", "s/o", "<na>")
)  # fmt: skip
_POINT, _COMMA = ".", ","
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?", re.I)
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:([,' \u2019])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]+)?")
_SWAPPED = str.maketrans(".,", ",.")
_LIKE_A_NUMBER = re.compile(r"[^\w]*[0-9]")


class NotRated(ValueError):
    """A file does not hold what was said of it."""


@dataclass(frozen=True)
class Cell:
    """One value of a file and where it stands, for messages."""

    value: Any
    column: str
    file: str
    place: str  # `line 4` or `record 4`

    def __str__(self) -> str:
        return f"{self.file}, {self.place}, column {self.column}: {self.value!r}"


def is_missing(value: Any) -> bool:
    """Say whether a cell holds no rating: nothing, NaN, or a mark that says so."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    return isinstance(value, str) and _text(value).lower() in MISSING


def numbers_of(cells: Sequence[Cell], order: Sequence[str] | None = None) -> list[float | None]:
    """Return cells as numbers, null where one is missing; words by their place in an order.

    Words without an order are numbered as the alphabet has them.

    Raises:
        NotRated: a cell is neither, can be read in two ways, is a word among numbers, looks like a
            number and is none, or is not in the order.
    """
    words = list(order) if order else None
    known = [cell for cell in cells if _kept(cell, words)]
    if words is None:
        readings = _readings(known)
        if readings is not None:
            return [readings.get(id(cell)) for cell in cells]
        words = sorted({_word(cell) for cell in known})
        if len(words) > 2:
            LOG.warning(
                "words are numbered as the alphabet has them: %s; name them by --order, lowest"
                " first, where they have an order",
                ", ".join(words[:20]),
            )
    places = {word: float(place) for place, word in enumerate(words)}
    strange = next((cell for cell in known if _word(cell) not in places), None)
    if strange is not None:
        raise NotRated(f"{strange} is not in the order given: {' '.join(words)}")
    return [places[_word(cell)] if _kept(cell, words) else None for cell in cells]


def _kept(cell: Cell, words: Sequence[str] | None) -> bool:
    return not is_missing(cell.value) or (words is not None and _word(cell) in words)


def _readings(cells: Sequence[Cell]) -> dict[int, float] | None:
    """Return numbers by cell; null where all are words."""
    written = {id(cell): _ways(cell) for cell in cells}
    marks: dict[tuple[str, str], set[str]] = {}
    for cell in cells:
        if len(written[id(cell)]) == 1:  # a cell that tells how its column writes numbers
            marks.setdefault((cell.file, cell.column), set()).update(written[id(cell)])
    strange = [cell for cell in cells if not written[id(cell)]]
    for cell in strange:
        if _LIKE_A_NUMBER.match(_text(cell.value)):
            raise NotRated(f"{cell} is no number; write it as one, or name all words by --order")
    if len(strange) == len(cells) and cells:
        return None
    if strange:
        raise NotRated(
            f"{strange[0]} is a word among numbers; leave the cell empty where there is no rating,"
            " or name all values, lowest first, by --order"
        )
    return {
        id(cell): _chosen(cell, written[id(cell)], marks.get((cell.file, cell.column), set()))
        for cell in cells
    }


def _ways(cell: Cell) -> dict[str, float]:
    """Return a cell's number by the decimal mark it is written with; none for a word.

    Raises:
        NotRated: a list, an object or an infinite number.
    """
    value = cell.value
    if isinstance(value, list | dict) or (isinstance(value, float) and not math.isfinite(value)):
        raise NotRated(f"{cell} is no single rating")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return dict.fromkeys((_POINT, _COMMA), float(value))
    text = _text(value)
    ways = {_POINT: _with_point(text), _COMMA: _with_point(text.translate(_SWAPPED))}
    return {mark: found for mark, found in ways.items() if found is not None}


def _with_point(text: str) -> float | None:
    """Return a number with a decimal point, its thousands grouped or not; null for a word."""
    if _NUMBER.fullmatch(text):
        return float(text)
    grouped = _GROUPED.fullmatch(text)
    return float(text.replace(grouped[1], "")) if grouped else None


def _chosen(cell: Cell, ways: dict[str, float], marks: set[str]) -> float:
    """Return `1,234` or `1.234` as its column writes numbers; a lone point is a decimal one.

    Raises:
        NotRated: nothing tells what the comma is.
    """
    if len(set(ways.values())) == 1:
        return next(iter(ways.values()))
    if len(marks) == 1:
        return ways[next(iter(marks))]
    if not marks and "." in str(cell.value):
        return ways[_POINT]
    raise NotRated(
        f"{cell} may be {ways[_POINT]:g} or {ways[_COMMA]:g}, and nothing in its column tells;"
        " write it with a decimal point and without separators of thousands"
    )


def _text(value: Any) -> str:
    plain = unicodedata.normalize("NFKC", str(value)).replace("\u2212", "-").strip()
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in plain)


def _word(cell: Cell) -> str:
    return str(cell.value).strip()
