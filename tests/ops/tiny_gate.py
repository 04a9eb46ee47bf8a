"""A gate of the tiny project: its promise is that no value is negative."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from python_models.ops import journal


def check(session: Any, things: Any, gate: str) -> pa.Table:
    """Record whether every value is positive, and raise when one is not."""
    negative = things.filter("value < 0").count("*").fetchone()[0]
    journal.record_gate_results(
        [
            {
                "gate": gate,
                "table_name": "things",
                "expectation": "values are not negative",
                "severity": "critical",
                "success": negative == 0,
                "broken_check": False,
                "unexpected_count": negative,
            }
        ]
    )
    if negative:
        raise RuntimeError(f"{gate}: {negative} values are negative")
    return pa.table({"gate": [gate]})
