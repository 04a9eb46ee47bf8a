"""Quotes of a CSV line: whether each that opens a value has its end on the line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import AnyStr

from ingestion.tables.grammar import Dialect


def quotes_close(path: Path, dialect: Dialect) -> bool:
    """Say whether no line leaves a quote open and no value is quoted three times."""
    quote, delimiter = dialect.quote.encode(), dialect.delimiter.encode()
    triple = quote * 3
    escape = dialect.escape.encode()
    escaped = escape + quote if escape and escape != quote else b""
    with path.open("rb") as stream:
        for line in stream:
            count = line.count(quote)
            if count and escaped:
                count -= line.count(escaped)
            if count % 2 or (count > 5 and triple in line):
                return False
            if count and is_left_open(line, quote, delimiter, escape):
                return False
    return True


def is_left_open(line: AnyStr, quote: AnyStr, delimiter: AnyStr, escape: AnyStr) -> bool:
    """Say whether a value that begins with a quote has no end on its line.

    A quote within an unquoted value opens nothing, so to count quotes is not enough.
    """
    befores = line.split(quote)[:-1:2]  # what stands before each quote that should open a value
    if all(not before or before.endswith(delimiter) for before in befores):
        return False
    start = 0
    while start < len(line):
        if line.startswith(quote, start):
            start = _after_quoted(line, start + len(quote), quote, escape)
            if start < 0:
                return True
        found = line.find(delimiter, start)
        if found < 0:
            return False
        start = found + len(delimiter)
    return False


def _after_quoted(line: AnyStr, start: int, quote: AnyStr, escape: AnyStr) -> int:
    """Return where a quoted value ends; -1 when it does not."""
    while (found := line.find(quote, start)) >= 0:
        after = found + len(quote)
        if escape == quote and line.startswith(quote, after):
            start = after + len(quote)
        elif escape and escape != quote and line.endswith(escape, start, found):
            start = after
        else:
            return after
    return -1


def triple_quotes(dialect: Dialect) -> re.Pattern[str] | None:
    """Values that were quoted by two programs in turn: \"\"\"2024-01-01\"\"\"."""
    if not dialect.quote:
        return None
    quote, delimiter = re.escape(dialect.quote), re.escape(dialect.delimiter)
    return re.compile(f"(^|{delimiter}){quote * 3}([^{quote}]*){quote * 3}(?={delimiter}|$)")
