"""What models of news read: rows of a relation, settings of a seed, lists in JSON text."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation


def rows_of(relation: DuckDBPyRelation) -> list[dict[str, Any]]:
    """Return a relation's rows as mappings."""
    return relation.to_arrow_table().to_pylist()


def row_of(relation: DuckDBPyRelation) -> dict[str, Any] | None:
    """Return the only row of a relation; None when it has none."""
    found = rows_of(relation.limit(1))
    return found[0] if found else None


def column_of(relation: DuckDBPyRelation, key: str, column: str) -> dict[str, Any]:
    """Return {key: value of a column} of a relation."""
    return {row[key]: row[column] for row in rows_of(relation)}


def run_id_of(run: DuckDBPyRelation) -> str | None:
    """Return the id of the run that is built; None when nothing has landed."""
    found = row_of(run)
    return found["run_id"] if found else None


def as_of_of(run: DuckDBPyRelation) -> datetime | None:
    """Return what the run that is built takes for now; None when nothing has landed."""
    found = row_of(run)
    return found["as_of"] if found else None


def setting_of(thresholds: DuckDBPyRelation, name: str) -> float:
    """Return a number of the seed `news_thresholds`.

    Raises:
        LookupError: the seed does not have it.
    """
    for row in rows_of(thresholds):
        if row["name"] == name:
            return float(row["value"])
    raise LookupError(f"dbt_project/seeds/news/news_thresholds.csv has no row {name!r}: add it")


def listed(text: str | None) -> list[Any]:
    """Return a list that is kept as JSON text; none for null."""
    return json.loads(text) if text else []
