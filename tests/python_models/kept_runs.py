"""Runs of news whose phases are written by hand, without dbt."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from ingestion.landing.products import PRODUCTS
from python_models.release import kept_phases, phase_tables

NEWS = PRODUCTS["news"]
FIRST = datetime(2026, 1, 1)


def keep_run(
    run_id: str,
    number: int,
    phases: tuple[int, ...] = (1, 2),
    report: str = "daily",
    rows: dict[int, dict[str, list[dict[str, Any]]]] | None = None,
) -> None:
    """Keep phases of a run, the first of them with its report; `number` is its place in order."""
    for ordinal in phases:
        relations = (rows or {}).get(ordinal, {"others": [{"run_id": run_id, "n": ordinal}]})
        if ordinal == 1:
            relations = {"run": [{"run_id": run_id, "report": report}]} | relations
        texts = [
            (name, place, json.dumps(row))
            for name, found in relations.items()
            for place, row in enumerate(found, 1)
        ]
        table = pa.table(
            {
                "run_id": [run_id] * len(texts),
                "attempt": pa.array([1] * len(texts), pa.int64()),
                "relation": [text[0] for text in texts],
                "row_no": pa.array([text[1] for text in texts], pa.int64()),
                "row": [text[2] for text in texts],
            }
        )
        described = {
            name: {
                "rows": len(found),
                "columns": dict.fromkeys(found[0] if found else (), "VARCHAR"),
            }
            for name, found in relations.items()
        }
        known = {
            "run_id": run_id,
            "attempt": 1,
            "phase_name": NEWS.phases[ordinal - 1],
            "phase_number": ordinal,
            "sequence": number * 100 + ordinal,
            "timestamp": (FIRST + timedelta(days=number)).isoformat(sep=" "),
            "status": kept_phases.COMPLETED,
            "duration_seconds": 1.5,
            "input_count": 3,
            "output_count": 2,
            "llm_calls": 1,
            "cost_usd": 0.001,
            "relations": json.dumps(described),
            "invocation_id": f"i-{run_id}",
        }
        phase_tables.commit_phase(NEWS.phase_namespace, table, known)


def kept() -> dict[str, list[int]]:
    """Return {run: ordinals of its phases whose rows can be read}."""
    found: dict[str, list[int]] = {}
    with kept_phases.reading() as connection:
        for row in kept_phases.runs_of(connection, NEWS):
            for relation in kept_phases.relations_of(row):
                rows = kept_phases.json_rows(connection, NEWS, row, relation)
                assert all(one["run_id"] == row["run_id"] for one in rows)
                assert rows
            found.setdefault(row["run_id"], []).append(row["phase_number"])
    return found
