"""Raw tables of a product as a test sees them, and as landing leaves them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
from pyiceberg.exceptions import NamespaceAlreadyExistsError, NoSuchTableError

from ingestion.lakehouse.catalog import catalog, metadata_locations
from ingestion.lakehouse.extensions import iceberg_session
from ingestion.lakehouse.sql_text import literal


def raw_rows(namespace: str, query: str) -> list[tuple[Any, ...]]:
    """Query the tables of a namespace by their bare names."""
    with iceberg_session() as connection:
        for table, metadata in metadata_locations(namespace).items():
            connection.execute(f"create view {table} as from iceberg_scan({literal(metadata)})")
        return connection.execute(query).fetchall()


def append_raw(
    namespace: str, tables: Mapping[str, pa.Schema], table: str, rows: Iterable[dict[str, Any]]
) -> None:
    """Append rows to a raw table straight through pyiceberg, what they do not name being null."""
    filled = [{name: row.get(name) for name in tables[table].names} for row in rows]
    opened = catalog()
    with contextlib.suppress(NamespaceAlreadyExistsError):
        opened.create_namespace(namespace)
    identifier = f"{namespace}.{table}"
    try:
        target = opened.load_table(identifier)
    except NoSuchTableError:
        target = opened.create_table(identifier, schema=tables[table])
    if filled:
        target.append(pa.Table.from_pylist(filled, schema=tables[table]))
