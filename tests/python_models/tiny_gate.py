"""What the tiny project does in Python: a gate that wants positive values, and an LLM step."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from ingestion.lakehouse import journal


def check(session: Any, things: Any, gate: str, column: str = "value") -> pa.Table:
    """Record whether every value is positive, and raise when one is not."""
    negative = things.filter(f"{column} < 0").count("*").fetchone()[0]
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


def judge(session: Any, orders: Any, node: str, most_calls: int) -> pa.Table:
    """Ask the offline endpoint about orders, so many at most; the others stay pending."""
    import os
    from dataclasses import replace
    from pathlib import Path

    from python_models.llm import run_step
    from tests.python_models.llm.steps import SINGLE

    template = Path(os.environ.get("TINY_PROMPT", SINGLE.template))
    step = replace(SINGLE, template=template, max_calls=most_calls)
    return run_step(session, orders, step, node=node)
