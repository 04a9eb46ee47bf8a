"""The categories of a run's report, as its declaration names them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("category", pa.string()),
        ("name", pa.string()),
        ("description", pa.string()),
        ("words", pa.string()),
        ("place", pa.int64()),
    ]
)


def categories_of(run: Mapping[str, Any] | None) -> pa.Table:
    """Return one row for each category of a run's report, in the order of the declaration."""
    report = json.loads((run or {}).get("config") or "{}").get("report", {})
    rows = [
        {
            "category": one["name"],
            "name": one["name"].replace("_", " "),
            "description": one.get("description") or "",
            "words": json.dumps(list(one.get("words") or ()), ensure_ascii=False),
            "place": place,
        }
        for place, one in enumerate(report.get("categories") or (), start=1)
    ]
    return pa.Table.from_pylist(rows, SCHEMA)
