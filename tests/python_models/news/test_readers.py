"""What readers' ratings come to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from python_models.news.readers import Learning, reader_signal, weights_of

NOW = datetime(2026, 2, 2)
HOW = Learning(half_life_days=60, neutral_ratings=4, bound=0.8)


def rated(rating: str, days: int = 0, **more: Any) -> dict[str, Any]:
    """Give a rating of some days ago."""
    return {
        "article_id": "a", "rater": "me", "rating": rating, "rated_at": NOW - timedelta(days=days),
        "source": "alpha", "category": "chips", "names": '["Intel"]',
    } | more  # fmt: skip


def weights(*ratings: dict[str, Any]) -> dict[str, float]:
    """Return {weight_key: weight}."""
    rows = weights_of(ratings, NOW, HOW).to_pylist()
    return {row["weight_key"]: row["weight"] for row in rows}


def test_one_word_moves_little_and_many_are_bounded() -> None:
    assert weights(rated("up")) == pytest.approx(
        {"source:alpha": 0.2, "category:chips": 0.2, "entity:Intel": 0.2}
    )
    many = [rated("down", article_id=str(number)) for number in range(100)]
    assert weights(*many)["source:alpha"] == -0.8


def test_an_old_word_counts_half_after_its_half_life() -> None:
    assert weights(rated("up", days=60))["source:alpha"] == pytest.approx(0.5 / 4.5)


def test_a_word_on_an_article_of_two_sources_counts_once_for_its_category() -> None:
    found = weights(rated("up"), rated("up", source="beta"))
    assert found["category:chips"] == pytest.approx(0.2)
    assert found["source:beta"] == pytest.approx(0.2)


def test_the_signal_is_neutral_where_nobody_has_rated() -> None:
    assert reader_signal({}, "alpha", "chips", ["Intel"]) == 0.5
    assert reader_signal({"source:alpha": -0.8}, "alpha", None, []) == pytest.approx(0.5 - 0.4 / 3)


def test_without_ratings_there_are_no_weights() -> None:
    assert weights_of([], None, HOW).num_rows == 0
