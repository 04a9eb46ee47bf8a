"""Raw Iceberg tables as views of a build, each pinned to one metadata file."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.sql_text import literal
from ingestion.landing.products import PRODUCTS
from ingestion.landing.raw_tables import empty_query

Pins = dict[str, dict[str, str]]


def current_pins() -> Pins:
    """Return {namespace: {table: metadata file}} as the catalog has it now."""
    namespaces = [domain.namespace for domain in PRODUCTS.values()]
    return {namespace: metadata_locations(namespace) for namespace in namespaces}


def create_raw_views(conn: DuckDBPyConnection, pins: Pins) -> None:
    """Make one view for each declared raw table; it has no rows when nothing has landed."""
    for domain in PRODUCTS.values():
        namespace = domain.namespace
        conn.execute(f"create schema if not exists {namespace}")
        pinned = pins.get(namespace, {})
        for table, shape in domain.tables.items():
            body = _pinned(pinned[table]) if table in pinned else empty_query(shape)
            conn.execute(f"create or replace view {namespace}.{table} as {body}")


def _pinned(metadata: str) -> str:
    return f"select * from iceberg_scan({literal(metadata)})"
