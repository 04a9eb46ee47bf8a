"""What the phases of kept runs left, read back: the rows of `runs`, and of a relation its rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.extensions import iceberg_session
from ingestion.lakehouse.sql_text import identifier, literal
from ingestion.landing.products import PRODUCTS
from ingestion.landing.registration import Product
from python_models.release import phase_tables
from python_models.release.snapshot_files import plain

COMPLETED = "completed"
Row = dict[str, Any]


@contextmanager
def reading() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in memory that can read the lake's tables."""
    with iceberg_session() as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def runs_of(connection: duckdb.DuckDBPyConnection, product: Product) -> list[Row]:
    """Return the rows of a product's `runs`, as they are now, in the order they were written."""
    metadata = metadata_locations(product.phase_namespace).get(phase_tables.RUNS)
    if metadata is None:
        return []
    source = f"iceberg_scan({literal(plain(metadata))})"
    return _dictionaries(connection, f"select * from {source} order by sequence, attempt")


def newest_phases(rows: Sequence[Row], run_id: str) -> dict[int, Row]:
    """Return {ordinal: row of the newest attempt} of what a run's phases left."""
    own = [row for row in rows if row["run_id"] == run_id and row["status"] == COMPLETED]
    found: dict[int, Row] = {}
    for row in sorted(own, key=lambda row: row["attempt"]):
        found[row["phase_number"]] = row
    return dict(sorted(found.items()))


def run_of_product(rows: Sequence[Row], run_id: str) -> str | None:
    """Return the product's run that a run of the journal made or made anew; None: none kept."""
    if any(row["run_id"] == run_id for row in rows):
        return run_id
    known = journal.rows("select invocation_id from runs where run_id = ?", (run_id,))
    invocations = {row["invocation_id"] for row in known}
    made = [row["run_id"] for row in rows if row["invocation_id"] in invocations]
    return made[-1] if made else None


def newest_run(rows: Sequence[Row]) -> str | None:
    """Return the run that began last; a variant never is it."""
    began: dict[str, int] = {}
    for row in rows:
        if row.get("variant_of"):
            continue
        began[row["run_id"]] = min(row["sequence"], began.get(row["run_id"], row["sequence"]))
    return max(began, key=lambda run_id: began[run_id], default=None)


def variants(rows: Sequence[Row], run_id: str) -> list[str]:
    """Return the runs that took over phases of a run, in the order they began."""
    return list(dict.fromkeys(row["run_id"] for row in rows if row.get("variant_of") == run_id))


def with_phases() -> list[Product]:
    """Return the products whose runs are kept by phase."""
    return [product for product in PRODUCTS.values() if product.phases]


def relations_of(row: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what a row of `runs` says of each relation: rows, columns with types, its table."""
    found: dict[str, dict[str, Any]] = json.loads(row["relations"] or "{}")
    return found


def relation_rows(
    connection: duckdb.DuckDBPyConnection,
    product: Product,
    row: Mapping[str, Any],
    relation: str,
    limit: int | None = None,
) -> list[Row]:
    """Return the rows of a relation that a phase left, as it left them."""
    metadata = metadata_locations(product.phase_namespace)[row["phase_name"]]
    query = relation_query(f"iceberg_scan({literal(plain(metadata))})", row, relation)
    rest = f" limit {int(limit)}" if limit is not None else ""
    return _dictionaries(connection, query + rest)


def json_rows(
    connection: duckdb.DuckDBPyConnection,
    product: Product,
    row: Mapping[str, Any],
    relation: str,
    limit: int | None = None,
) -> list[Row]:
    """Return the rows of a relation as JSON has them: what is no number or list is text."""
    metadata = metadata_locations(product.phase_namespace)[row["phase_name"]]
    rest = f" limit {int(limit)}" if limit is not None else ""
    found = connection.execute(
        f'select "row" from iceberg_scan({literal(plain(metadata))}){_where(row, relation)}{rest}'
    ).fetchall()
    return [json.loads(text) for (text,) in found]


def relation_query(source: str, row: Mapping[str, Any], relation: str) -> str:
    """Return the query that gives a relation's rows with the types they had.

    Args:
        source: the phase's table, as SQL.
        row: of `runs`, for the attempt that is read.
        relation: name of the relation.
    """
    types = relations_of(row)[relation]["columns"]
    columns = ", ".join(
        f"{_typed(name, kind)} as {identifier(name)}" for name, kind in types.items()
    )
    return f"select {columns} from {source}{_where(row, relation)}"


def _where(row: Mapping[str, Any], relation: str) -> str:
    return (
        f" where run_id = {literal(row['run_id'])} and attempt = {int(row['attempt'])}"
        f" and relation = {literal(relation)} order by row_no"
    )


def _typed(name: str, kind: str) -> str:
    path = literal('$."' + name.replace('"', '\\"') + '"')
    if kind == "JSON":  # a value that is JSON's null was none, or cannot be told from none
        return f"""nullif(json_extract("row", {path}), 'null')"""
    is_nested = kind.endswith("]") or kind.startswith(("STRUCT(", "MAP(", "UNION("))
    reader = "json_extract" if is_nested else "json_extract_string"
    return f'cast({reader}("row", {path}) as {kind})'


def _dictionaries(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
