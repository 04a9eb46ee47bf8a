"""Rows as Arrow tables, without pandas.

pyarrow asks pandas whether a list is one of its series, and imports it for that: a third of a
second of the processes of a landing, which have no other use for it.
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

import pyarrow as pa

_BY_TEXT = (pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.date32(), pa.timestamp("us"))


def arrow_table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Return rows as a table; what a row has no value for is null.

    Raises:
        pa.ArrowInvalid: a value is none of its column's type.
    """
    if "pandas" in sys.modules or not all(field.type in _BY_TEXT for field in schema):
        return pa.Table.from_pylist(rows, schema=schema)
    columns = [arrow_column([row.get(field.name) for row in rows], field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def arrow_column(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Return values as a column.

    Raises:
        pa.ArrowInvalid: one is none of its type.
    """
    builder = pa.lib.StringBuilder()
    builder.append_values(
        [value if value is None or type(value) is str else _text(value) for value in values]
    )
    built = builder.finish()
    return built if kind == pa.string() else built.cast(kind)


def _text(value: Any) -> str:
    if isinstance(value, datetime) and value.tzinfo:
        raise pa.ArrowInvalid("a time with a zone where raw tables hold UTC without one")
    return value if isinstance(value, str) else str(value)
