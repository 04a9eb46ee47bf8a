"""Rows as files that a person takes along."""

from __future__ import annotations

import csv
import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

# spreadsheets run a cell that begins with one of these
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def to_csv(rows: pa.Table) -> bytes:
    """Return rows as CSV that a spreadsheet opens without running anything in it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_cell(name) for name in rows.column_names])
    for row in rows.to_pylist():
        writer.writerow([_cell(value) for value in row.values()])
    return out.getvalue().encode("utf-8")


def to_parquet(rows: pa.Table) -> bytes:
    """Return rows as one Parquet file."""
    out = io.BytesIO()
    pq.write_table(rows, out)
    return out.getvalue()


def to_arrow(rows: pa.Table) -> bytes:
    """Return rows as one Arrow file (Feather), which pandas, polars and R read as it lies."""
    out = io.BytesIO()
    with pa.ipc.new_file(out, rows.schema) as writer:
        writer.write_table(rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    """Return a cell's value; text that a spreadsheet would run gets a leading apostrophe."""
    if isinstance(value, list):
        value = ", ".join(str(part) for part in value)
    if isinstance(value, str) and value.lstrip(" '\"").startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
