"""Functions of one's own as part of what a row comes from: another text of theirs is another."""

from __future__ import annotations

from typing import Any

from ingestion.experiments.own_code import FUNCTION, function_hash
from ingestion.lakehouse.sql_text import literal


def function_state(relation: Any, column: str, alias: str = "") -> str:
    """Return SQL for the hash of the file of the function a row names; null for other rows.

    Args:
        relation: a DuckDB relation.
        column: which says `module:function`, among other things.
        alias: what the relation is called in the SQL, with a dot.
    """
    names = relation.filter(f"contains({column}, ':')").project(column).distinct().fetchall()
    own = [name for (name,) in names if FUNCTION.fullmatch(name)]
    known = [f"when {literal(name)} then {literal(function_hash(name))}" for name in sorted(own)]
    return f"case {alias}{column} {' '.join(known)} end" if known else "null"
