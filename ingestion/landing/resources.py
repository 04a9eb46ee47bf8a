"""dlt's view of a delivery: Parquet files in canonical shape, imported as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dlt
import pyarrow as pa

from ingestion.landing.products import PRODUCTS

_TYPES = {
    pa.string(): "text",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.bool_(): "bool",
    pa.date32(): "date",
}

# what is new in a source is mapped before it comes here: new columns are those of a newer version
# of the project, and the destination refuses files that do not fit their table
CONTRACT: Any = {"tables": "evolve", "columns": "evolve", "data_type": "freeze"}


Parts = list[tuple[str, int]]  # (Parquet file, rows)


def package_source(domain: str, files: dict[str, Parts]) -> Any:
    """Return a dlt source with a resource for each raw table; `files` maps a table to its parts."""

    @dlt.source(name=domain, max_table_nesting=0)
    def source() -> Iterator[Any]:
        for table, parts in files.items():
            yield raw_table(domain, table, parts)

    return source()


def raw_table(domain: str, table: str, parts: Parts) -> Any:
    """Return the resource of one raw table; its shape is fixed, a file of another is refused."""

    @dlt.resource(name=table, **_settings(domain, table))
    def resource() -> Iterator[Any]:
        yield from imports(parts)

    return resource


def piecewise_source(domain: str, pieces: Any) -> Any:
    """Return a dlt source fed by a resource that yields {table: parts} piece by piece."""

    @dlt.source(name=domain, max_table_nesting=0)
    def source() -> Iterator[Any]:
        for table in PRODUCTS[domain].tables:
            yield _table_of(domain, pieces, table)

    return source()


def _table_of(domain: str, pieces: Any, table: str) -> Any:
    @dlt.transformer(data_from=pieces, name=table, **_settings(domain, table))
    def resource(piece: dict[str, Parts]) -> Iterator[Any]:
        yield from imports(piece.get(table, []))

    return resource


def imports(parts: Parts) -> Iterator[Any]:
    """Yield what makes dlt take Parquet files as they are."""
    for path, rows in parts:
        yield dlt.mark.with_file_import(path, "parquet", rows)


def _settings(domain: str, table: str) -> dict[str, Any]:
    return {
        "table_format": "iceberg",
        "file_format": "parquet",
        "write_disposition": "append",
        "columns": column_hints(domain, table),
        "schema_contract": CONTRACT,
    }


def column_hints(domain: str, table: str) -> Any:
    """Return a raw table's columns as dlt describes them."""
    return {
        field.name: {"name": field.name, "nullable": True, **type_hint(field.type)}
        for field in PRODUCTS[domain].tables[table]
    }


def type_hint(kind: pa.DataType) -> dict[str, Any]:
    """Return what dlt calls the type of a raw table's column."""
    if pa.types.is_timestamp(kind):
        return {"data_type": "timestamp", "timezone": False, "precision": 6}
    return {"data_type": _TYPES[kind]}
