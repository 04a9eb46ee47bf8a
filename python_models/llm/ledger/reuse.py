"""Rows of a step whose answers its own table holds already: they count as what the ledger has.

A model may hand `run_step` only the rows that changed, and the others as they stood. These are
part of what the step tolerates and of what its summary says was saved.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from python_models.llm.endpoints.endpoint import OFFLINE, Endpoint
from python_models.llm.ledger.journal import reading, select_in
from python_models.llm.ledger.journal_schema import INTEGERS, STEP_RUN_COLUMNS
from python_models.llm.ledger.recording import invocation
from python_models.llm.ledger.records import STEP_RUN_UPSERT
from python_models.llm.step import GOOD

EMPTY = {name: 0 if name in INTEGERS else None for name in STEP_RUN_COLUMNS} | {"cost_usd": 0.0}
HELD = f"""
    select call_id, asked_at from llm_calls
    where status in ({", ".join(f"'{status}'" for status in sorted(GOOD))})
"""
_PAID = ("cost_usd", "prompt_tokens", "completion_tokens")
FEW = 1_000  # beyond, one pass over the step's calls is quicker than a search for each


def asked_at_of(path: Path, step: str, call_ids: Sequence[str]) -> dict[str, float]:
    """Return when each of some answers of a step was asked for; a forgotten one is not there."""
    found: dict[str, float] = {}
    with reading(path) as connection:
        if len(call_ids) > FEW:
            found = dict(connection.execute(f"{HELD} and step = ?", (step,)))
        # another step may have asked the same
        others = [call_id for call_id in call_ids if call_id not in found]
        found |= select_in(connection, f"{HELD} and call_id in ({{}})", others)
    return found


def put_kept_summary(path: Path, step: str, node: str, kept: pa.Table, started: float) -> None:
    """Write what rows that kept their answers saved, place by place, to the journal."""
    common = {
        "invocation_id": invocation(),
        "node": node,
        "step": step,
        "status": "ok",
        "seconds": time.time() - started,
        "started_at": started,
    }
    with reading(path) as connection, connection:
        for place in _saved(kept):
            values = EMPTY | common | place | {"step_run_id": uuid.uuid4().hex}
            connection.execute(STEP_RUN_UPSERT, [values[name] for name in STEP_RUN_COLUMNS])


def _saved(kept: pa.Table) -> list[dict[str, Any]]:
    """Return rows, and calls with their tokens and USD, by endpoint and model."""
    by_place = ["endpoint", "model"]
    places = kept.group_by(by_place).aggregate([]).to_pylist()
    return [
        {
            "provider": Endpoint(row["endpoint"], "", row["endpoint"] == OFFLINE).provider,
            "model": row["model"],
            **kept_savings(
                kept.filter(
                    (pc.field("endpoint") == row["endpoint"]) & (pc.field("model") == row["model"])
                )
            ),
        }
        for row in places
    ]


def kept_savings(kept: pa.Table) -> dict[str, Any]:
    """Return rows, and calls with their tokens and USD; several rows' question counts once."""
    calls = kept.group_by(["call_id"]).aggregate([(name, "max") for name in _PAID])
    sums = {name: pc.sum(calls[f"{name}_max"]).as_py() or 0 for name in _PAID}
    return {
        "rows": kept.num_rows,
        "rows_ok": kept.num_rows,
        "cached_calls": calls.num_rows,
        "saved_usd": float(sums["cost_usd"]),
        "saved_tokens": sums["prompt_tokens"] + sums["completion_tokens"],
    }
