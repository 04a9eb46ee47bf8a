"""Tables of exports: CSV as RFC 4180 has it, or with what a spreadsheet puts for the comma."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from ingestion.knowledge.decoding import decoded

csv.field_size_limit(64 * 1024 * 1024)  # a description may be long
_DELIMITERS = ",;\t|"
_SAID = re.compile(r'\A"?sep=([,;\t|])"?\n', re.IGNORECASE)  # Excel's first line
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


def table_of(text: str) -> tuple[str, str]:
    """Return a table without a line that only says its delimiter, and the delimiter.

    It is the sign that stands most often in the header, outside quotes; a comma where none does.
    """
    if said := _SAID.match(text):
        return text[said.end() :], said[1]
    header = _QUOTED.sub("", text.lstrip("\n")).split("\n", 1)[0]
    return text, max(_DELIMITERS, key=header.count)


def listed(values: Iterable[str]) -> str:
    """Return values as one cell has them, see `values_of`."""
    return ", ".join(f'"{one}"' if "," in one else one for one in values)


def values_of(cell: str) -> list[str]:
    """Return the values in a cell: a comma parts them, but for one in quotes."""
    found = next(csv.reader([" ".join(cell.split())], skipinitialspace=True), [])
    return [one.strip() for one in found if one.strip()]


def rows_of(content: bytes, strict: bool = False) -> list[list[str]]:
    """Return the rows of a table, its header first; a line without a sign is none.

    Args:
        content: bytes in any encoding that `decoded` knows.
        strict: refuse an open quote instead of reading on to the end.

    Raises:
        csv.Error: it is no table.
    """
    text, delimiter = table_of(decoded(content)[0])
    found = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    return [row for row in found if row]
