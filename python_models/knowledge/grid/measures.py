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
# what vectors add to a search by words, question by question; below 0 it is by words alone
HYBRID_GAIN = "hybrid_gain_at_10"
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
    counts: Mapping[str, Mapping[str, float]],
) -> pa.Table:
    """Return the metrics of every cell.

    Args:
        cells: with the ids of their stages.
        questions: what `question_rows` gave.
        counts: by metric, a number for each stage key (chunker, graph, chunker and extractor,
            chunker and embedder) that has one.
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
        rows += [own | row for row in _hybrid(asked)]
        for metric, known in counts.items():
            for key in _keys(cell):
                if key in known:
                    rows.append(own | {"metric": metric, "value": float(known[key])})
    return pa.Table.from_pylist(rows, METRICS)


def _keys(cell: Mapping[str, Any]) -> list[str]:
    """The keys of a cell's stages, each the inputs of that stage alone."""
    by_chunker = [
        f"{cell['chunker_id']} {cell.get(name)}" for name in ("extractor_id", "embedder_id")
    ]
    return [cell["chunker_id"], cell["graph_id"], *by_chunker]


def _hybrid(asked: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Measures of a search by words and vectors, and its gain over words, paired by question."""
    both = [row for row in asked if row.get("hybrid_ndcg_at_10") is not None]
    rows: list[dict[str, Any]] = []
    for metric in ("hybrid_recall_at_5", "hybrid_ndcg_at_10") if both else ():
        value, low, high = interval([row[metric] for row in both])
        rows.append({"metric": metric, "value": value, "low": low, "high": high, "n": len(both)})
    if both:
        value, low, high = interval([row["hybrid_ndcg_at_10"] - row["ndcg_at_10"] for row in both])
        rows.append(
            {"metric": HYBRID_GAIN, "value": value, "low": low, "high": high, "n": len(both)}
        )
    return rows
