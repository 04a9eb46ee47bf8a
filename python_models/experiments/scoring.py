"""Evaluations as scores: each text read by its template's parser, each failure kept with why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from python_models.experiments.scores import PARSERS, Parsed, ScoreError, parse

USABLE = ("ok", "repaired")
COLUMNS = pa.schema(
    [
        ("gen_id", pa.string()),
        ("status", pa.string()),
        ("error_code", pa.string()),
        ("error", pa.string()),
        ("reading", pa.string()),
        ("found", pa.string()),
        ("score", pa.float64()),
        ("raw_score", pa.float64()),
        ("second_score", pa.float64()),
        ("second_raw_score", pa.float64()),
    ]
)


def scores_parsed(evaluations: Any) -> pa.Table:
    """Return a row for each evaluation of a DuckDB relation that has been asked, with its score.

    Scores come from the stored parsed text alone; one without it is an error that says so.
    """
    wanted = evaluations.project(
        "gen_id, stage, status, error, parsed, parser, scale_min, scale_max"
    ).filter("stage = 'evaluation' and status <> 'pending'")
    rows = wanted.order("gen_id").to_arrow_table().to_pylist()
    return pa.Table.from_pylist(list(scored(rows)), COLUMNS)


def scored(evaluations: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Give each evaluation's score, or its error."""
    for row in evaluations:
        found = _found(row)
        one = {"gen_id": row["gen_id"]}
        if isinstance(found, ScoreError):
            yield one | {"status": "error", "error_code": found.reason, "error": found.detail}
            continue
        yield one | {
            "status": "ok",
            "reading": found.reading,
            "found": found.found,
            "score": found.score,
            "raw_score": found.raw_score,
            "second_score": found.second_score,
            "second_raw_score": found.second_raw_score,
        }


def _found(row: dict[str, Any]) -> Parsed | ScoreError:
    if row["status"] not in USABLE:
        return ScoreError("no_text", row["error"] or f"the evaluation is {row['status']}")
    if row["parser"] not in PARSERS:
        return ScoreError("no_parser", f"the template names no parser known: {row['parser']}")
    low, high = row["scale_min"], row["scale_max"]
    scale = (0.0 if low is None else low, 10.0 if high is None else high)
    if not scale[0] < scale[1]:
        return ScoreError("no_scale", f"a scale from {low} to {high} holds no scores")
    return parse(row["parsed"], row["parser"], scale)
