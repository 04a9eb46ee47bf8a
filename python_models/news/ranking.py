"""Which stories make the report: weighted scores, no two alike, no source or subject too often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

from python_models.news.steps import DIMENSIONS
from python_models.news.vectors import Vector, cosine, loaded

Row = Mapping[str, Any]
HIGHEST = 10.0  # of a score
SCHEMA = pa.schema(
    [
        ("run_id", pa.string()),
        ("story_id", pa.string()),
        ("lead_article_id", pa.string()),
        ("lead_source", pa.string()),
        ("category", pa.string()),
        ("weighted_score", pa.float64()),
        ("mmr_score", pa.float64()),  # when it was chosen; of the others at the end
        ("most_like", pa.string()),  # the chosen story it is most like
        ("similarity", pa.float64()),
        ("rank", pa.int64()),  # null: neither chosen nor in reserve
        ("selected", pa.bool_()),
        ("is_reserve", pa.bool_()),
        ("not_selected_because", pa.string()),
    ]
)


@dataclass(frozen=True)
class Choice:
    """How a report chooses."""

    weights: Mapping[str, float]
    top_n: int
    reserve: int
    most_of_a_source: int
    most_of_a_category: int
    lambda_: float  # 1: by score alone

    @classmethod
    def of(cls, report: Mapping[str, Any], lambda_: float) -> Choice:
        """Read it from a report as resolved."""
        caps = report.get("caps") or {}
        return cls(
            report.get("weights") or dict.fromkeys(DIMENSIONS, 1.0),
            int(report.get("top_n", 10)),
            int(report.get("reserve", 3)),
            int(caps.get("source", 3)),
            int(caps.get("category", 5)),
            lambda_,
        )


@dataclass
class _Candidate:
    """A story that may be chosen."""

    row: Row
    score: float
    vector: Vector
    nearest: float = 0.0
    nearest_id: str | None = None
    chosen: dict[str, Any] = field(default_factory=dict)

    def mmr(self, lambda_: float) -> float:
        return lambda_ * self.score / HIGHEST - (1 - lambda_) * self.nearest

    @property
    def order(self) -> tuple[float, float, str]:
        """Ties: by score, then the newer one, then the article's id."""
        at: datetime = self.row["effective_at"]
        return (
            -self.score,
            -(at - datetime(1970, 1, 1)).total_seconds(),
            self.row["lead_article_id"],
        )


def weighted_score(row: Row, weights: Mapping[str, float]) -> float:
    """Return the mean of a story's scores by their weights, 1..10, to six digits."""
    total = sum(weights.values())
    return round(sum(weights[name] * row[name] for name in weights) / total, 6)


def ranking_of(stories: Iterable[Row], vectors: Mapping[str, str], choice: Choice) -> pa.Table:
    """Return every assessed story with its place, or why it has none (greedy MMR)."""
    left = [
        _Candidate(row, weighted_score(row, choice.weights), loaded(vectors.get(row["story_id"])))
        for row in stories
        if row["passed"]
    ]
    left.sort(key=lambda one: one.order)
    ranked: list[_Candidate] = []
    capped: list[_Candidate] = []
    sources: Counter[str] = Counter()
    categories: Counter[str] = Counter()
    while left and len(ranked) < choice.top_n + choice.reserve:
        best = min(left, key=lambda one: (-round(one.mmr(choice.lambda_), 9), *one.order))
        left.remove(best)
        cap = _cap(best.row, sources, categories, choice)
        if cap:
            best.chosen = {"not_selected_because": cap}
            capped.append(best)
            continue
        sources[best.row["lead_source"]] += 1
        categories[best.row["category"]] += 1
        ranked.append(best)
        best.chosen = _place(best, len(ranked), choice)
        for other in left:
            likeness = round(cosine(best.vector, other.vector), 6)
            if likeness > other.nearest:
                other.nearest, other.nearest_id = likeness, best.row["story_id"]
    for one in left:
        one.chosen = {"not_selected_because": _why(one, ranked)}
    rows = [_row(one, choice) for one in [*ranked, *capped, *left]]
    return pa.Table.from_pylist(rows, SCHEMA)


def _cap(row: Row, sources: Counter[str], categories: Counter[str], choice: Choice) -> str | None:
    if sources[row["lead_source"]] >= choice.most_of_a_source:
        return "source_cap"
    if categories[row["category"]] >= choice.most_of_a_category:
        return "category_cap"
    return None


def _place(one: _Candidate, rank: int, choice: Choice) -> dict[str, Any]:
    is_selected = rank <= choice.top_n
    return {
        "rank": rank,
        "mmr_score": one.mmr(choice.lambda_),
        "selected": is_selected,
        "is_reserve": not is_selected,
        "not_selected_because": None if is_selected else "reserve",
    }


def _why(one: _Candidate, ranked: Sequence[_Candidate]) -> str:
    """Return whether likeness or its score kept a story out."""
    if ranked and one.score > min(other.score for other in ranked) and one.nearest_id:
        return "like_a_chosen_one"
    return "score"


def _row(one: _Candidate, choice: Choice) -> dict[str, Any]:
    names = ("run_id", "story_id", "lead_article_id", "lead_source", "category")
    return {name: one.row[name] for name in names} | {
        "weighted_score": one.score,
        "mmr_score": one.chosen.get("mmr_score", one.mmr(choice.lambda_)),
        "most_like": one.nearest_id,
        "similarity": one.nearest,
        "rank": one.chosen.get("rank"),
        "selected": one.chosen.get("selected", False),
        "is_reserve": one.chosen.get("is_reserve", False),
        "not_selected_because": one.chosen["not_selected_because"],
    }
