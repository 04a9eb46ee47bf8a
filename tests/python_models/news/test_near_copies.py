"""Copies of an article but for some words."""

from __future__ import annotations

import random
from typing import Any

import pytest

from python_models.news.near_copies import jaccard, near_copies_of, shingles_of

WORDS = [f"word{number}" for number in range(400)]


def article(name: str, text: str, day: int) -> dict[str, Any]:
    """Give an article of a day."""
    return {"article_id": name, "text": text, "effective_at": f"2026-01-{day:02}"}


def texts(seed: int, changed: int) -> tuple[str, str]:
    """Give two texts of 200 words of which some differ."""
    rng = random.Random(seed)
    before = rng.choices(WORDS, k=200)
    after = list(before)
    for at in rng.sample(range(200), changed):
        after[at] = "other"
    return " ".join(before), " ".join(after)


def test_the_older_article_is_the_original() -> None:
    text, near = texts(1, 4)
    rows = near_copies_of([article("new", near, 2), article("old", text, 1)], 0.7).to_pylist()
    assert [(row["article_id"], row["copy_of"]) for row in rows] == [("new", "old")]
    assert rows[0]["similarity"] == jaccard(shingles_of(text), shingles_of(near))


def test_a_copy_of_a_copy_is_held_against_the_original() -> None:
    text, near = texts(1, 10)
    words = near.split()
    for at in range(0, 200, 20):
        words[at] = "third"
    chain = [article("1", text, 1), article("2", near, 2), article("3", " ".join(words), 3)]
    assert jaccard(shingles_of(near), shingles_of(" ".join(words))) > 0.7
    rows = near_copies_of(chain, 0.7).to_pylist()
    assert [row["article_id"] for row in rows] == ["2"]


@pytest.mark.parametrize("seed", range(30))
def test_what_is_at_the_threshold_is_found_and_what_is_below_is_not(seed: int) -> None:
    for changed in (2, 8, 11, 13, 20):
        left, right = texts(seed, changed)
        alike = jaccard(shingles_of(left), shingles_of(right))
        rows = near_copies_of([article("a", left, 1), article("b", right, 2)], 0.7)
        assert rows.num_rows == (alike >= 0.7)


def test_texts_without_three_words_are_nobodys_copy() -> None:
    same = [article(str(day), "two words", day) for day in range(1, 4)]
    assert near_copies_of(same, 0.7).num_rows == 0
