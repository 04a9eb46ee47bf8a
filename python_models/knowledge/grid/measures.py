"""Measures of cells: means over questions with a bootstrap interval, and plain counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

RESAMPLES, SEED, LEVEL = 1000, 20250101, 0.95
OF_QUESTIONS = (
    "recall_at_5", "recall_at_10", "reciprocal_rank", "ndcg_at_10", "precision_at_5", "iou_at_5",
)  # fmt: skip
METRICS = pa.schema(
    [
        ("grid_id", pa.string()),
        ("cell_id", pa.string()),
        ("metric", pa.string()),
        ("value", pa.float64()),
        ("low", pa.float64()),  # of the interval; null of a count
        ("high", pa.float64()),
        ("n", pa.int64()),  # questions
    ]
)


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean and the bounds of its 95 % bootstrap interval (seeded)."""
    drawn = np.asarray(values, dtype=np.float64)
    chance = np.random.default_rng(SEED)
    means = chance.choice(drawn, size=(RESAMPLES, len(drawn))).mean(axis=1)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(drawn.mean()), float(low), float(high)


def difference(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, Any]:
    """Return how much larger the other's mean is over the questions both have.

    Paired by question. `is_none`: the interval holds 0, so there is no difference to speak of.
    """
    both = sorted(one.keys() & other.keys())
    if not both:
        return {"n": 0, "value": None, "low": None, "high": None, "is_none": True}
    value, low, high = interval([other[name] - one[name] for name in both])
    return {"n": len(both), "value": value, "low": low, "high": high, "is_none": low <= 0 <= high}


def metric_rows(
    cells: Iterable[Mapping[str, Any]],
    questions: Iterable[Mapping[str, Any]],
    counts: Mapping[str, Mapping[str, int]],
) -> pa.Table:
    """Return the metrics of every cell.

    Args:
        cells: with the ids of their stages.
        questions: what `question_rows` gave.
        counts: by metric, a number for each stage id (chunker, graph) that has one.
    """
    by_cell: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in questions:
        if row["recall_at_5"] is not None:
            by_cell.setdefault((row["grid_id"], row["cell_id"]), []).append(row)
    rows: list[dict[str, Any]] = []
    for cell in cells:
        own = {"grid_id": cell["grid_id"], "cell_id": cell["cell_id"]}
        asked = by_cell.get((cell["grid_id"], cell["cell_id"]), [])
        for metric in OF_QUESTIONS if asked else ():
            value, low, high = interval([row[metric] for row in asked])
            rows.append(own | {"metric": metric, "value": value, "low": low, "high": high,
                               "n": len(asked)})  # fmt: skip
        for metric, known in counts.items():
            for name in ("chunker_id", "graph_id", "extractor_id"):
                if cell[name] in known:
                    rows.append(own | {"metric": metric, "value": float(known[cell[name]])})
    return pa.Table.from_pylist(rows, METRICS)
