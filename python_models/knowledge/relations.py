"""What models of knowledge read: rows of a relation, and the table an earlier build left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation


def rows_of(relation: DuckDBPyRelation) -> list[dict[str, Any]]:
    """Return a relation's rows as mappings."""
    found: list[dict[str, Any]] = relation.to_arrow_table().to_pylist()
    return found


def counted_by(relation: DuckDBPyRelation, column: str) -> dict[str, int]:
    """Return how many rows there are for each value of a column."""
    return dict(relation.aggregate(f"{column}, count(*)").fetchall())


def left_by_last_build(session: DuckDBPyConnection, this: Any) -> str | None:
    """Return the name of the table a model left in an earlier build.

    None where there is none, where `--full-refresh` has everything made anew, or where what would
    be asked is only estimated (`this` is None then).
    """
    from dbt.flags import get_flags

    if this is None or getattr(get_flags(), "FULL_REFRESH", False):
        return None
    found = session.execute(
        "select 1 from information_schema.tables where table_schema = ? and table_name = ?",
        [this.schema, this.identifier],
    ).fetchone()
    return str(this) if found else None
