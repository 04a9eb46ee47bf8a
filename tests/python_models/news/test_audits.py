"""Some of what the tiers dropped is assessed, and says how many of the first n they lost."""

from __future__ import annotations

import json
import random
from datetime import datetime
from typing import Any

import pytest

from python_models.news.audits import audits_of, drawn_of, interval, places_taken
from python_models.news.ranking import Choice
from python_models.news.steps import DIMENSIONS

RUN = {
    "run_id": "r",
    "report": "daily",
    "as_of": datetime(2026, 2, 3, 18),
    "config": json.dumps({"report": {"audit_share": 0.02}}),
}
CHOICE = Choice(dict.fromkeys(DIMENSIONS, 1.0), 2, 0, 9, 9, 1.0)
CALL = {"status": "ok", "error": None, "call_id": "c", "provider": "p", "model": "m",
        "prompt_tokens": 10, "completion_tokens": 2, "cost_usd": 0.01}  # fmt: skip


def article(number: int) -> dict[str, Any]:
    return {"article_id": f"a{number}", "scored_version": 1, "host": "one.test", "title": "T",
            "lead_source": f"s{number}", "effective_at": datetime(2026, 2, 3, 9)}  # fmt: skip


def tier1(number: int, because: str | None) -> dict[str, Any]:
    return {"article_id": f"a{number}", "story_id": f"a{number}", "category": "models",
            "dropped_because": because}  # fmt: skip


def drawn(rows: list[dict[str, Any]], run: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    numbers = range(len(rows))
    passages = [{"article_id": f"a{n}", "version": 1, "passage_id": f"a{n}:1", "passage_no": 1,
                 "text": "Words."} for n in numbers]  # fmt: skip
    found: list[dict[str, Any]] = drawn_of(
        run or RUN, rows, [], [article(n) for n in numbers], passages, {}
    ).to_pylist()
    return found


def test_a_fiftieth_and_ten_at_least_are_drawn_the_same_each_time() -> None:
    few, many = [tier1(n, "score") for n in range(30)], [tier1(n, "score") for n in range(900)]
    assert len(drawn(few)) == 10 and len(drawn(many)) == 18 and len(drawn(few[:4])) == 4
    shuffled = random.Random(3).sample(many, len(many))
    assert drawn(many) == drawn(shuffled)
    other = drawn(many, RUN | {"as_of": datetime(2026, 2, 4, 18)})
    assert {row["article_id"] for row in other} != {row["article_id"] for row in drawn(many)}


def test_what_goes_on_in_another_row_or_waits_is_not_drawn() -> None:
    kept = (None, "near_copy", "same_story", "already_reported", "after_as_of", "language")
    rows = [tier1(n, because) for n, because in enumerate((*kept, "score", "stub", "window"))]
    assert sorted(row["dropped_because"] for row in drawn(rows)) == ["score", "stub", "window"]
    assert {row["dropped_count"] for row in drawn(rows)} == {3}


def test_an_article_is_lost_when_it_would_have_been_among_the_first() -> None:
    rows = drawn([tier1(n, "score") for n in range(10)])
    answers = [
        {"story_id": row["article_id"]}
        | {name: {"score": 9 if row["article_id"] in ("a1", "a2") else 2} for name in DIMENSIONS}
        | CALL
        for row in rows[:-1]
    ]
    tier3 = [
        {"run_id": "r", "story_id": f"t{n}", "lead_article_id": f"t{n}", "lead_source": f"t{n}",
         "category": "models", "effective_at": datetime(2026, 2, 3, 9), "passed": True}
        | dict.fromkeys(DIMENSIONS, 5.0)
        for n in range(3)
    ]  # fmt: skip
    found = audits_of(rows, answers, tier3, {}, CHOICE).to_pylist()
    done = {one["story_id"] for one in answers}
    lost = {row["article_id"] for row in found if row["is_lost"]}
    assert lost == {"a1", "a2"} & done
    assert {row["status"] for row in found if row["article_id"] not in done} == {"not_asked"}
    first = found[0]
    assert (first["sample_count"], first["dropped_count"]) == (9, 10)
    assert first["lost_estimate"] == pytest.approx(min(2, 10 * len(lost) / 9))
    assert first["lost_low"] <= first["lost_estimate"] <= first["lost_high"]


@pytest.mark.parametrize(
    ("total", "lost", "kept", "places"),
    [
        (0.0, [], [5.0, 4.0], 0.0),
        (3.0, [], [5.0, 4.0], 2.0),  # nothing is known of their scores
        (9.0, [4.5], [5.0, 4.0], 1.0),  # however many: the best item stays
        (0.6, [9.0], [5.0, 4.0], 0.6),
        (1.0, [6.0, 4.5], [5.0, 4.0], 1.0),
        (9.0, [5.0], [5.0, 5.0], 1.0),  # by its variety, not by its score
    ],
)
def test_dropped_articles_take_the_places_that_their_scores_give_them(
    total: float, lost: list[float], kept: list[float], places: float
) -> None:
    assert places_taken(total, lost, kept, 2) == pytest.approx(places)


@pytest.mark.parametrize("total", [40, 10_000])
def test_an_interval_holds_the_share_that_was_drawn_from(total: int) -> None:
    dice, held = random.Random(5), 0
    there = [number < total // 5 for number in range(total)]
    for _ in range(400):
        low, high = interval(sum(dice.sample(there, 30)), 30, total)
        held += low <= 0.2 <= high
    assert held >= 0.92 * 400


@pytest.mark.parametrize(
    ("found", "tried", "total", "least", "most"),
    [
        (0, 0, 9, 0.0, 1.0),
        (2, 6, 6, 1 / 3, 1 / 3),  # all there are: nothing is left to chance
        (0, 6, 6, 0.0, 0.0),
        (1, 1, 1, 1.0, 1.0),
        (3, 9, 10, 0.3, 0.4),  # the last one is a hit or none
    ],
)
def test_an_interval_says_no_more_and_no_less_than_what_was_drawn(
    found: int, tried: int, total: int, least: float, most: float
) -> None:
    assert interval(found, tried, total) == pytest.approx((least, most))
