"""The raw tables of a product whose tables are ordinary ones."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from ingestion.landing.raw_tables import REJECTS, files_with
from ingestion.tables.declaration import Table

_TIMESTAMP = pa.timestamp("us")
TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": _TIMESTAMP,  # UTC
}
ROWS = [
    ("load_id", pa.string()),
    ("source", pa.string()),
    ("source_file", pa.string()),
    ("record_number", pa.int64()),  # counts a file's records from 1
]

# Which declaration of a table was in force, by load.
DECLARED = pa.schema(
    [
        ("load_id", pa.string()),
        ("source", pa.string()),
        ("declaration_hash", pa.string()),
        ("declaration", pa.string()),  # JSON of the YAML entry, secrets left out
        ("tier", pa.string()),  # open | restricted | private
        ("declared_at", _TIMESTAMP),
    ]
)

# How the columns of a table's files change: a row for each that is new, has another use than in
# the file before, or is gone.
SOURCE_COLUMNS = pa.schema(
    [
        ("load_id", pa.string()),
        ("source", pa.string()),
        ("source_file", pa.string()),
        ("column_name", pa.string()),
        ("use", pa.string()),  # mapped | ignored; null when gone
        ("previous_use", pa.string()),  # null when new
        ("change", pa.string()),  # new | changed | gone
        ("number_share", pa.float64()),  # of the values of one that is left out unasked
        ("noticed_at", _TIMESTAMP),
    ]
)


def shape(table: Table) -> pa.Schema:
    """Return the shape of a declared table: where each row comes from, then its own columns."""
    return pa.schema([*ROWS, *((name, TYPES[one.type]) for name, one in table.columns.items())])


def shapes(declared: Mapping[str, Table], times: tuple[str, str]) -> dict[str, pa.Schema]:
    """Return the raw tables of a product by name; `times` are its `record_times`."""
    return {name: shape(table) for name, table in declared.items()} | {
        "tables": DECLARED,
        "rejects": REJECTS,
        "files": files_with(*times),
        "source_columns": SOURCE_COLUMNS,
    }
