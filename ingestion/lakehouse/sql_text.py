"""Names and values as SQL text, for statements DuckDB takes no parameters in."""

from __future__ import annotations

from collections.abc import Iterable


def identifier(name: str) -> str:
    """Return a quoted name."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a quoted string."""
    return "'" + text.replace("'", "''") + "'"


def list_of(texts: Iterable[str]) -> str:
    """Return a list of quoted strings."""
    return "[" + ", ".join(literal(text) for text in texts) + "]"
