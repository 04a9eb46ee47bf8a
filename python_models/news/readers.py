"""What readers' ratings say of sources, categories and entities.

A weight is the mean of ratings (up 1, down -1), older ones counting less, drawn towards 0 as if
some neutral ratings had been there before, and bounded, so that few words move little.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from python_models.news.tables import listed

Row = Mapping[str, Any]
NEUTRAL = 0.5
KINDS = ("source", "category", "entity")
SCHEMA = pa.schema(
    [
        ("weight_key", pa.string()),
        ("kind", pa.string()),  # source | category | entity
        ("name", pa.string()),
        ("up_count", pa.int64()),
        ("down_count", pa.int64()),
        ("weight", pa.float64()),  # -bound .. bound
    ]
)


@dataclass(frozen=True)
class Learning:
    """How fast ratings are learnt and forgotten."""

    half_life_days: float  # of a rating
    neutral_ratings: float  # that are taken to be there before
    bound: float  # of a weight, 0..1


def weights_of(ratings: Iterable[Row], as_of: datetime | None, how: Learning) -> pa.Table:
    """Return the weights that a run goes by.

    Args:
        ratings: one row for each rater, article and source: rating, rated_at, rater, article_id,
            source, category, names (JSON list).
    """
    told: dict[tuple[str, str], dict[tuple[str, str], tuple[float, float]]] = defaultdict(dict)
    for row in ratings:
        assert as_of is not None, "ratings are read for a run"
        age_days = max(0.0, (as_of - row["rated_at"]).total_seconds() / 86_400)
        said = 1.0 if row["rating"] == "up" else -1.0
        for key in _keys(row["source"], row["category"], listed(row["names"])):
            told[key][row["rater"], row["article_id"]] = (
                said,
                0.5 ** (age_days / how.half_life_days),
            )
    rows = []
    for (kind, name), words in sorted(told.items()):
        total = sum(count for _, count in words.values())
        mean = sum(said * count for said, count in words.values()) / (total + how.neutral_ratings)
        rows.append(
            {
                "weight_key": f"{kind}:{name}",
                "kind": kind,
                "name": name,
                "up_count": sum(said > 0 for said, _ in words.values()),
                "down_count": sum(said < 0 for said, _ in words.values()),
                "weight": max(-how.bound, min(how.bound, mean)),
            }
        )
    return pa.Table.from_pylist(rows, SCHEMA)


def reader_signal(
    weights: Mapping[str, float], source: str | None, category: str | None, names: Iterable[str]
) -> float:
    """Return how readers rated what is like an article, 0..1; 0.5 where nobody has.

    Each of source, category and entities counts alike; of the entities their mean.
    """
    found: dict[str, list[float]] = defaultdict(list)
    for kind, name in _keys(source, category, names):
        if f"{kind}:{name}" in weights:
            found[kind].append(weights[f"{kind}:{name}"])
    means = [sum(values) / len(values) for values in found.values()]
    return NEUTRAL + NEUTRAL * sum(means) / len(KINDS)


def _keys(source: str | None, category: str | None, names: Iterable[str]) -> list[tuple[str, str]]:
    known = [("source", source), ("category", category), *(("entity", one) for one in names)]
    return sorted({(kind, name) for kind, name in known if name})
