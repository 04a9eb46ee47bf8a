"""Raw Iceberg tables as views of a build, each pinned to one metadata file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.sql_text import literal
from ingestion.landing.empty_tables import empty_query, null_column
from ingestion.landing.products import PRODUCTS
from python_models.runs.ahead import file_of

Pins = dict[str, dict[str, str]]


def current_pins() -> Pins:
    """Return {namespace: {table: metadata file}} as the catalog has it now."""
    namespaces = [domain.namespace for domain in PRODUCTS.values()]
    return {namespace: metadata_locations(namespace) for namespace in namespaces}


def create_raw_views(
    conn: DuckDBPyConnection, pins: Pins, ahead: Path | None = None, query: str | None = None
) -> None:
    """Make one view for each declared raw table; it has no rows when nothing has landed.

    Args:
        conn: where the views are made.
        pins: the metadata file of each table.
        ahead: folder of rows that count though they have not landed; see `rows_ahead`.
        query: what the views are for, when only those it names are wanted: each one's columns are
            looked up in its files.
    """
    for domain in PRODUCTS.values():
        namespace = domain.namespace
        if query is not None and namespace not in query:
            continue  # nor is the shape of its tables imported
        conn.execute(f"create schema if not exists {namespace}")
        pinned = pins.get(namespace, {})
        for table, shape in domain.tables.items():
            if query is not None and f"{namespace}.{table}" not in query:
                continue
            body = view_body(conn, pinned.get(table), shape)
            if ahead and (file := file_of(ahead, namespace, table)).exists():
                body += f" union all by name select * from read_parquet({literal(str(file))})"
            conn.execute(f"create or replace view {namespace}.{table} as {body}")


def view_body(conn: DuckDBPyConnection, metadata: str | None, shape: Any) -> str:
    """Select a table's rows; columns it does not have yet, for nothing landed since, are null."""
    if metadata is None:
        return empty_query(shape)
    rows = f"select * from iceberg_scan({literal(metadata)})"
    there = {row[0] for row in conn.execute(f"describe {rows}").fetchall()}
    missing = [null_column(field) for field in shape if field.name not in there]
    if not missing:
        return rows
    return f"select *, {', '.join(missing)} from iceberg_scan({literal(metadata)})"
