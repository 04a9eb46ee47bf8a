"""What landed, asked as a test sees it: the current snapshots of a product's raw tables."""

from __future__ import annotations

from typing import Any

import duckdb

from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.extensions import load_extensions
from ingestion.lakehouse.sql_text import literal


def raw_rows(namespace: str, query: str) -> list[tuple[Any, ...]]:
    """Query the tables of a namespace by their bare names."""
    with duckdb.connect() as connection:
        load_extensions(connection)
        for table, metadata in metadata_locations(namespace).items():
            connection.execute(f"create view {table} as from iceberg_scan({literal(metadata)})")
        return connection.execute(query).fetchall()
