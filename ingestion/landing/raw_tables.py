"""The raw tables that are the same in every domain: what was refused, and which files landed."""

from __future__ import annotations

import pyarrow as pa

from ingestion.lakehouse.sql_text import identifier

_TIMESTAMP = pa.timestamp("us")
# handing an empty Arrow table to duckdb would give the same, and import pandas
_DUCKDB_TYPES = {
    "string": "varchar",
    "int64": "bigint",
    "double": "double",
    "bool": "boolean",
    "date32[day]": "date",
    "timestamp[us]": "timestamp",
}

REJECTS = pa.schema(
    [
        ("load_id", pa.string()),
        ("source", pa.string()),
        ("source_file", pa.string()),
        ("file_hash", pa.string()),
        # physical line or record the text was read from; null: whole file
        ("line_number", pa.int64()),
        ("column_name", pa.string()),
        ("reason", pa.string()),  # short code, for counting
        ("error", pa.string()),  # sentence, for a person
        ("raw_text", pa.string()),
        ("rejected_at", _TIMESTAMP),
    ]
)

# Committed after all other tables: a load id that stands here has landed whole. A domain counts
# in rows_in what its files are made of.
FILES = pa.schema(
    [
        ("load_id", pa.string()),
        ("source", pa.string()),
        ("source_file", pa.string()),
        ("file_hash", pa.string()),
        ("status", pa.string()),  # loaded | duplicate | rejected
        ("byte_count", pa.int64()),
        ("rows_in", pa.int64()),
        ("rows_accepted", pa.int64()),
        ("rows_duplicate", pa.int64()),  # all rows of a file that was delivered before
        ("rows_rejected", pa.int64()),
        ("cells_rejected", pa.int64()),  # single values of accepted rows, in rejects too
        ("seconds", pa.float64()),
        ("landed_at", _TIMESTAMP),
    ]
)


def files_with(*times: str) -> pa.Schema:
    """Return the table of files of a product that notes moments of its own, too."""
    *common, landed_at = FILES
    return pa.schema([*common, *((name, _TIMESTAMP) for name in times), landed_at])


def empty_query(shape: pa.Schema) -> str:
    """Return the query that gives a table of a shape without a row."""
    return f"select {', '.join(null_column(field) for field in shape)} where false"


def null_column(field: pa.Field) -> str:
    """Return the expression of a column of which nothing is known."""
    return f"cast(null as {_DUCKDB_TYPES[str(field.type)]}) as {identifier(field.name)}"
