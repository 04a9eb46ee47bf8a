"""Rows for people as tables, for machines as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

Row = Mapping[str, Any]


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
    """Write rows to standard output as a table."""
    table = Table(
        *(name.replace("_", " ") for name in rows[0]),
        title=title or None,
        title_justify="left",
        header_style="bold",
    )
    for row in rows:
        table.add_row(*(cell(value) for value in row.values()))
    wide().print(table)


def say(text: str) -> None:
    """Write a line for a person."""
    wide().print(escape(text))


def wide() -> Console:
    """Return a console that does not cut lines when its output is read by a program."""
    if sys.stdout.isatty():
        return Console(highlight=False, soft_wrap=True)
    return Console(highlight=False, soft_wrap=True, width=200)


def cell(value: Any) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) >= 0.01 or value == 0 else f"{value:.2g}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) < 10**12 else str(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return escape(str(value))
