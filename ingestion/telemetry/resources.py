"""dlt's view of a delivery: Parquet files in canonical shape, imported as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dlt
import pyarrow as pa

from ingestion.telemetry.schema import TABLES

_TYPES = {
    pa.string(): "text",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.bool_(): "bool",
}

# the canonical shape is fixed; what is new in a source is mapped before it comes here
CONTRACT: Any = {"tables": "evolve", "columns": "freeze", "data_type": "freeze"}


Parts = list[tuple[str, int]]  # (Parquet file, rows)


@dlt.source(name="telemetry", max_table_nesting=0)
def telemetry(files: dict[str, Parts]) -> Iterator[Any]:
    """One resource for each raw table; `files` maps a table to its (Parquet file, rows)."""
    for table, parts in files.items():
        yield canonical(table, parts)


def canonical(table: str, parts: Parts) -> Any:
    """Return the resource of one raw table; its shape is fixed, a file of another is refused."""

    @dlt.resource(name=table, **_settings(table))
    def resource() -> Iterator[Any]:
        yield from imports(parts)

    return resource


@dlt.source(name="telemetry", max_table_nesting=0)
def telemetry_rows(pieces: Any) -> Iterator[Any]:
    """One resource for each raw table, fed by a resource that yields {table: parts} piecewise."""
    for table in TABLES:
        yield _table_of(pieces, table)


def _table_of(pieces: Any, table: str) -> Any:
    @dlt.transformer(data_from=pieces, name=table, **_settings(table))
    def resource(piece: dict[str, Parts]) -> Iterator[Any]:
        yield from imports(piece.get(table, []))

    return resource


def imports(parts: Parts) -> Iterator[Any]:
    """Yield what makes dlt take Parquet files as they are."""
    for path, rows in parts:
        yield dlt.mark.with_file_import(path, "parquet", rows)


def _settings(table: str) -> dict[str, Any]:
    return {
        "table_format": "iceberg",
        "file_format": "parquet",
        "write_disposition": "append",
        "columns": column_hints(table),
        "schema_contract": CONTRACT,
    }


def column_hints(table: str) -> Any:
    """Return a raw table's columns as dlt describes them."""
    hints = {}
    for field in TABLES[table]:
        if pa.types.is_timestamp(field.type):
            hint: dict[str, Any] = {"data_type": "timestamp", "timezone": False, "precision": 6}
        else:
            hint = {"data_type": _TYPES[field.type]}
        hints[field.name] = {"name": field.name, "nullable": True, **hint}
    return hints
