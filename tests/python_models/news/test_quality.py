"""What the tiers lose: the same ranking, over what came through and over everything."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from python_models.news.quality import quality_of
from python_models.news.ranking import Choice, ranking_of
from python_models.news.steps import DIMENSIONS

AT = datetime(2026, 2, 3)
CHOICE = Choice({"impact": 1.0}, 2, 0, 9, 9, 1.0)


def _scored(name: str, impact: float, call: str | None, **more: Any) -> dict[str, Any]:
    return dict.fromkeys(DIMENSIONS, 5.0) | {
        "run_id": "r", "story_id": name, "lead_article_id": name, "article_id": name,
        "lead_source": name, "category": "ai", "effective_at": AT, "impact": impact,
        "passed": True, "status": "ok", "call_id": call, "prompt_tokens": 90,
        "completion_tokens": 10, "cost_usd": 0.01,
        "dropped_phase": 4, "dropped_because": "relevance",
    } | more  # fmt: skip


def _data(**changed: Any) -> dict[str, list[dict[str, Any]]]:
    tier3 = [_scored("a", 9, "c1"), _scored("b", 6, "c2"), _scored("c", 3, "c3")]
    names = ("a", "b", "c", "x", "y", "z")
    return {
        "articles": [{"article_id": n, "lead_source": n, "effective_at": AT} for n in names],
        "tier1": [{"article_id": n, "category": "ai"} for n in names],
        "story_vectors": [],
        "tier2": [
            _scored(n, 0, "batch", prompt_tokens=45, completion_tokens=5) for n in ("a", "b", "c")
        ],
        "tier3": tier3,
        "ranking": ranking_of(tier3, {}, CHOICE).to_pylist(),
        "audits": [_scored("x", 8, "c4"), _scored("y", 1, "c5")],
    } | changed


def test_what_was_dropped_and_ranks_among_the_first_is_lost() -> None:
    found = quality_of(_data(), CHOICE)
    assert (found.assessed, found.everything) == (3, 5)
    assert (found.same, found.top_n) == (1, 2)  # x takes the place of b


def test_a_call_of_many_stories_is_counted_once() -> None:
    found = quality_of(_data(), CHOICE)
    assert (found.tokens, found.tokens_of_everything) == (350, 500)
    assert round(found.cost_usd_of_everything, 6) == 0.05
    assert found.text.endswith("70%.")


def test_what_has_no_answer_or_came_through_besides_takes_no_place() -> None:
    audits = [
        _scored("x", 10, None, status="failed"),
        _scored("y", 10, "c6", story_id="b"),  # a dropped article of a story that came through
        _scored("z", 10, "c7", dropped_phase=3, dropped_because="window"),
    ]
    found = quality_of(_data(audits=audits), CHOICE)
    assert (found.everything, found.same) == (3, 2)
