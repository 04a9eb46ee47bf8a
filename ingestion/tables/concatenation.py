"""Short text files of one shape as one text: what DuckDB takes for a file, it takes once for all.

Planning the statements of a file takes longer than a thousand of its rows. Each line and record
of the whole is known by the file it came from.
"""

from __future__ import annotations

import shutil
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from ingestion.tables.survey import BLOCK, Text, ends_of_lines

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Apart(Exception):
    """Files that have to be read by themselves, by their places; all of them if none is named."""

    def __init__(self, places: Iterable[int] = ()) -> None:
        super().__init__()
        self.places = frozenset(places)


@dataclass(frozen=True)
class Piece:
    """A text, and the first of its lines that is data."""

    text: Text
    first_line: int = 1


@dataclass(frozen=True)
class Concatenation:
    """Several texts in one, without their headers."""

    text: Text
    pieces: list[Piece]
    starts: list[int]  # lines of other texts before each

    def place(self, line: int) -> tuple[int, int]:
        """Return the text a line came from, and its number there."""
        piece = bisect_left(self.starts, line) - 1
        return piece, line - self.starts[piece] + self.pieces[piece].first_line - 1

    def before(self, left_out: Collection[int]) -> list[int]:
        """Return the lines before each text but for those that are left out."""
        ordered = sorted(left_out)
        return [start - bisect_right(ordered, start) for start in self.starts]

    def record_counts(self) -> list[int]:
        """Return the lines of each text that hold something, whether it can be used or not."""
        bad = {line.number for line in self.text.bad_lines}
        before = self.before(set(self.text.blank_lines) - bad)
        blank = len(set(self.text.blank_lines) - bad)
        ends = [*before[1:], self.text.line_count - blank]
        return [end - start for start, end in zip(before, ends, strict=True)]


def concatenate(pieces: list[Piece], target: Path) -> Concatenation:
    """Write texts with the same line ends as one."""
    with target.open("wb") as output:
        for piece in pieces:
            _append(piece, output)
    return in_order(pieces, target)


def in_order(pieces: list[Piece], target: Path) -> Concatenation:
    """Return what texts are as one, which lies at `target`."""
    whole, starts = Text(target, 0), list[int]()
    for piece in pieces:
        text, first = piece.text, piece.first_line
        starts.append(whole.line_count)
        moved = whole.line_count - first + 1
        whole.blank_lines += [line + moved for line in text.blank_lines if line >= first]
        whole.bad_lines += [replace(bad, number=bad.number + moved) for bad in text.bad_lines]
        whole.line_count += max(0, text.line_count - first + 1)
    return Concatenation(whole, pieces, starts)


def _append(piece: Piece, output: BinaryIO) -> None:
    path, header = piece.text.path, piece.first_line - 1
    with path.open("rb") as lines:
        if header:
            lines.seek(ends_of_lines(path, {header}).get(header, piece.text.byte_count))
        elif lines.read(len(_BYTE_ORDER_MARK)) != _BYTE_ORDER_MARK:
            lines.seek(0)
        start = lines.tell()
        shutil.copyfileobj(lines, output, BLOCK)
        if lines.tell() > start:
            lines.seek(-1, 2)
            if lines.read() != b"\n":
                output.write(piece.text.line_end)


def place_sql(before: list[int]) -> str:
    """Return the place, from 1, of a row's text by its number `r` among the records of all, of
    which so many stand `before` each text."""

    def among(low: int, high: int) -> str:
        if high - low == 1:
            return str(high)
        middle = (low + high) // 2
        upper, lower = among(middle, high), among(low, middle)
        return f"case when r > {before[middle]} then {upper} else {lower} end"

    return among(0, len(before))
