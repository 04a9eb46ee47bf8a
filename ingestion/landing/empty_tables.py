"""The SQL of tables and columns of which there is nothing yet, from their declared shape.

Arrow, of which shapes are made, is not imported for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.lakehouse.sql_text import identifier

if TYPE_CHECKING:
    import pyarrow as pa

# handing an empty Arrow table to duckdb would give the same, and import pandas
_DUCKDB_TYPES = {
    "string": "varchar",
    "int64": "bigint",
    "double": "double",
    "bool": "boolean",
    "date32[day]": "date",
    "timestamp[us]": "timestamp",
}


def empty_query(shape: pa.Schema) -> str:
    """Return the query that gives a table of a shape without a row."""
    return f"select {', '.join(null_column(field) for field in shape)} where false"


def null_column(field: pa.Field) -> str:
    """Return the expression of a column of which nothing is known."""
    return f"cast(null as {_DUCKDB_TYPES[str(field.type)]}) as {identifier(field.name)}"
