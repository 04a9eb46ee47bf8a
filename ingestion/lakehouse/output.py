"""Rows for people as tables that fit their terminal, for machines as JSON."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

Row = Mapping[str, Any]
WIDTH = 80  # of a terminal nobody knows
LEAST_LAST = 30  # what the last column needs to be read when it goes on in the next line
_FIGURE = re.compile(r"-|[-$]?\d[\d,.]*%?")
QUIET = "SLUICE_PHASES"  # set by who starts a build and shows its phases


def is_quiet() -> bool:
    """Say whether what is going on is shown a line a phase, and by somebody else."""
    return bool(os.environ.get(QUIET))


def emit(rows: Sequence[Row], as_json: bool, title: str = "", empty: str = "Nothing.") -> None:
    """Write rows to standard output, as JSON or as one table."""
    if as_json:
        sys.stdout.write(json.dumps([dict(row) for row in rows], default=str, indent=2) + "\n")
    elif not rows:
        sys.stdout.write(f"{empty}\n")
    else:
        print_table(rows, title)


def emit_document(document: Mapping[str, Any]) -> None:
    """Write one JSON document to standard output."""
    sys.stdout.write(json.dumps(document, default=str, indent=2, ensure_ascii=False) + "\n")


def print_table(rows: Sequence[Row], title: str = "") -> None:
    """Write rows to standard output as a table, or record by record where that is too wide."""
    sys.stdout.write("\n".join(table_lines(rows, title, width())) + "\n")


def width() -> int:
    """Return how many columns a line may have."""
    return shutil.get_terminal_size((WIDTH, 24)).columns if sys.stdout.isatty() else WIDTH


def table_lines(rows: Sequence[Row], title: str = "", most: int = WIDTH) -> list[str]:
    """Return rows as the lines of a table.

    Columns without any value are left out. No cell is cut: the last column goes on in the next
    line, and a table that still has no room becomes one record under another.
    """
    lines = [title] if title else []
    if not rows:
        return lines
    names = [name for name in rows[0] if any(cell(row[name]) for row in rows)]
    heads = [name.replace("_", " ") for name in names]
    cells = [[cell(row[name]) for name in names] for row in rows]
    numbers = [all(is_number(row[name]) for row in rows) for name in names]
    return lines + grid_lines(heads, cells, numbers, most)


def grid_lines(
    heads: Sequence[str],
    cells: Sequence[Sequence[str]],
    numbers: Sequence[bool],
    most: int = WIDTH,
) -> list[str]:
    """Return texts as the lines of a table; `numbers` says which columns are set to the right."""
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    room = most - sum(widths[:-1]) - 2 * (len(widths) - 1)
    is_broken = any("\n" in text for row in cells for text in row[:-1])
    if is_broken or room < min(widths[-1], LEAST_LAST):
        return _records(heads, cells, most)
    widths[-1] = min(widths[-1], room)
    lines = [_line(heads, widths, numbers), "  ".join("-" * one for one in widths)]
    for *firsts, last in cells:
        for number, part in enumerate(_wrapped(last, widths[-1])):
            shown = firsts if number == 0 else [""] * len(firsts)
            lines.append(_line([*shown, part], widths, numbers))
    return lines


def _line(texts: Sequence[str], widths: Sequence[int], numbers: Sequence[bool]) -> str:
    placed = (
        text.rjust(one) if is_number else text.ljust(one)
        for text, one, is_number in zip(texts, widths, numbers, strict=True)
    )
    return "  ".join(placed).rstrip()


def _records(heads: Sequence[str], cells: Sequence[Sequence[str]], most: int) -> list[str]:
    """One record under another, a line a value, those without one left out."""
    wide = max(map(len, heads))
    lines = []
    for number, row in enumerate(cells, start=1):
        lines.append(f"-- {number} " + "-" * 12)
        for head, text in zip(heads, row, strict=True):
            if text:
                lines += _value(head.ljust(wide), text, most)
    return lines


def _value(head: str, text: str, most: int) -> list[str]:
    parts = _wrapped(text, max(20, most - len(head) - 2))
    indent = " " * (len(head) + 2)
    return [f"{head}  {parts[0]}", *(f"{indent}{part}" for part in parts[1:])]


def _wrapped(text: str, room: int) -> list[str]:
    """Return a text in lines; a word longer than the room (an id, a path) is never cut."""
    parts: list[str] = []
    for line in text.splitlines() or [""]:
        parts += textwrap.wrap(line, room, break_long_words=False, break_on_hyphens=False) or [""]
    return parts


def filled(text: str) -> str:
    """Return a sentence in lines that fit; words that are longer (paths, ids) are not broken."""
    return textwrap.fill(
        text, width(), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )


def say(text: str) -> None:
    """Write a line for a person."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def wide() -> Console:
    """Return a console that does not cut lines when its output is read by a program."""
    from rich.console import Console

    if sys.stdout.isatty():
        return Console(highlight=False, soft_wrap=True)
    return Console(highlight=False, soft_wrap=True, width=200)


def cell(value: Any) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) >= 0.01 or value == 0 else f"{value:.2g}"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) < 10**12 else str(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value)


def is_number(value: Any) -> bool:
    """Say whether a value is set to the right: a number, a figure as text, or none."""
    if isinstance(value, str):
        return bool(_FIGURE.fullmatch(value))
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
