"""How stories of a report are chosen."""

from __future__ import annotations

import json
import random
from datetime import datetime
from typing import Any

from python_models.news.ranking import Choice, ranking_of
from python_models.news.steps import DIMENSIONS

WEIGHTS = dict.fromkeys(DIMENSIONS, 1.0)


def story(
    name: str, score: float, source: str = "", category: str = "a", hour: int = 1
) -> dict[str, Any]:
    """Return a story as tier 3 left it."""
    return {
        "run_id": "r",
        "story_id": name,
        "lead_article_id": name,
        "lead_source": source or f"source_{name}",
        "category": category,
        "effective_at": datetime(2026, 2, 3, hour),
        "passed": True,
    } | dict.fromkeys(DIMENSIONS, score)


def ranked(stories: list[dict[str, Any]], vectors: dict[str, str], **fields: Any) -> dict[str, Any]:
    """Return the rows of a ranking by story."""
    told = {"top_n": 3, "reserve": 1, "most_of_a_source": 9, "most_of_a_category": 9,
            "lambda_": 0.7} | fields  # fmt: skip
    table = ranking_of(stories, vectors, Choice(weights=WEIGHTS, **told))
    return {row["story_id"]: row for row in table.to_pylist()}


def own_vectors(names: str) -> dict[str, str]:
    return {name: json.dumps({name: 1.0}) for name in names}


def test_the_order_of_the_input_changes_nothing() -> None:
    stories = [story(name, 5 + (number % 3)) for number, name in enumerate("abcdefgh")]
    vectors = own_vectors("abcdefgh")
    first = ranked(stories, vectors)
    for seed in range(5):
        random.Random(seed).shuffle(stories)
        assert ranked(stories, vectors) == first


def test_ties_go_to_the_newer_story_then_to_the_smaller_id() -> None:
    rows = ranked([story("a", 5), story("b", 5), story("c", 5, hour=2)], own_vectors("abc"))
    assert [rows[name]["rank"] for name in "cab"] == [1, 2, 3]


def test_a_story_like_one_that_is_chosen_gives_way_to_an_unlike_one() -> None:
    vectors = {"a": '{"x": 1.0}', "b": '{"x": 1.0}', "c": '{"y": 1.0}'}
    rows = ranked([story("a", 9), story("b", 8), story("c", 7)], vectors, top_n=2, reserve=0)
    assert [rows[name]["rank"] for name in "abc"] == [1, None, 2]
    assert rows["b"]["not_selected_because"] == "like_a_chosen_one"
    assert (rows["b"]["most_like"], rows["b"]["similarity"]) == ("a", 1.0)


def test_no_source_and_no_category_is_there_more_often_than_its_cap() -> None:
    stories = [story(name, 9 - number, "one", "a") for number, name in enumerate("abc")]
    stories += [story("d", 4, "two", "a"), story("e", 3, "three", "b")]
    rows = ranked(
        stories, own_vectors("abcde"), most_of_a_source=1, most_of_a_category=1, reserve=0
    )
    assert {name for name, row in rows.items() if row["selected"]} == {"a", "e"}
    assert rows["b"]["not_selected_because"] == "source_cap"
    assert rows["d"]["not_selected_because"] == "category_cap"


def test_the_next_best_are_the_reserve_and_the_rest_says_why_not() -> None:
    stories = [story(name, 9 - number) for number, name in enumerate("abcde")]
    rows = ranked(stories, own_vectors("abcde"), top_n=2, reserve=2)
    assert [rows[name]["is_reserve"] for name in "abcde"] == [False, False, True, True, False]
    assert rows["e"]["not_selected_because"] == "score"
    assert all(row["selected"] is (row["not_selected_because"] is None) for row in rows.values())
