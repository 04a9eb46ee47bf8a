"""Rows of a CSV or TSV file, each with the line it begins on; a row of another width is refused."""

from __future__ import annotations

import csv
import io
import sys
from typing import Any

from python_models.experiments.rated_cells import NotRated

DELIMITERS = (",", ";", "\t", "|")
Placed = list[tuple[str, dict[str, Any]]]


def table_rows(name: str, text: str, delimiter: str | None = None) -> Placed:
    """Return the rows of a delimited text below its header; line ends within quotes are kept.

    Args:
        name: the file's, for messages.
        delimiter: what parts the values; found in the header where it is not told.

    Raises:
        NotRated: a row has more or fewer values than the header, a name comes twice, or a quote is
            not closed.
    """
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter or _delimiter_of(text), strict=True
    )
    csv.field_size_limit(sys.maxsize)
    header: list[str] = []
    rows: Placed = []
    begins = 1
    try:
        for values in reader:
            line, begins = begins, reader.line_num + 1
            if not any(value.strip() for value in values):
                continue
            if not header:
                header = _names(name, values)
                continue
            rows.append((f"line {line}", _row(name, line, header, values)))
    except csv.Error as error:
        raise NotRated(f"{name}, line {begins}: {error}") from error
    return rows


def _delimiter_of(text: str) -> str:
    """Return what parts the names of the header most often, outside of quotes."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def _names(name: str, values: list[str]) -> list[str]:
    header = [value.strip() for value in values]
    twice = sorted({value for value in header if value and header.count(value) > 1})
    if twice:
        raise NotRated(f"{name}: the header names {', '.join(twice)} twice")
    return header


def _row(name: str, line: int, header: list[str], values: list[str]) -> dict[str, Any]:
    while len(values) > len(header) and not values[-1].strip():
        values = values[:-1]
    if len(values) != len(header):
        raise NotRated(
            f"{name}, line {line}: {len(values)} values where the header has {len(header)} names;"
            " put values with a separator or a decimal comma in quotes"
        )
    return dict(zip(header, values, strict=True))
