"""Spaces around what a source wrote."""

from __future__ import annotations


def trimmed_sql(text: str) -> str:
    """Return SQL of a text without the spaces around it.

    Most have none, and to look for one costs a fraction of DuckDB's trim, which goes by characters.
    """
    return f"case when contains({text}, ' ') then trim({text}) else {text} end"
