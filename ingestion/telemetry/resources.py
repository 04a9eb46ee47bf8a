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


@dlt.source(name="telemetry", max_table_nesting=0)
def telemetry(files: dict[str, list[tuple[str, int]]]) -> Iterator[Any]:
    """One resource for each raw table; `files` maps a table to its (Parquet file, rows)."""
    for table, parts in files.items():
        yield canonical(table, parts)


def canonical(table: str, parts: list[tuple[str, int]]) -> Any:
    """Return the resource of one raw table; its shape is fixed, a file of another is refused."""

    @dlt.resource(
        name=table,
        table_format="iceberg",
        file_format="parquet",
        write_disposition="append",
        columns=column_hints(table),
        schema_contract={"tables": "evolve", "columns": "freeze", "data_type": "freeze"},
    )
    def resource() -> Iterator[Any]:
        for path, rows in parts:
            yield dlt.mark.with_file_import(path, "parquet", rows)

    return resource


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
