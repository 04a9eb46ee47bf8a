"""Subjects and titles of articles."""

from __future__ import annotations

import json
import re

import pytest

from python_models.news.topics import Subjects, measured, title_faults

CATEGORIES = [
    {"category": "chips", "words": '["chip", "data center"]', "place": 1},
    {"category": "law", "words": '["AI Act", "court"]', "place": 2},
]


def test_a_subject_is_found_by_whole_words_in_singular_and_plural() -> None:
    subjects = Subjects(CATEGORIES)
    assert subjects.best("", "Chips for data centers") == ("chips", 2, ["chip", "data center"])
    assert subjects.best("", "chipmunks and courtesy") == (None, 0, [])


def test_a_word_of_the_title_counts_twice() -> None:
    assert Subjects(CATEGORIES).best("Court blocks it", "a chip, a court") == (
        "law", 2, ["court"],
    )  # fmt: skip


def test_ties_go_to_the_category_that_is_declared_first() -> None:
    assert Subjects(CATEGORIES).best("", "court, chip")[0] == "chips"


@pytest.mark.parametrize(
    ("title", "faults"),
    [
        ("Court blocks the sale of accelerators abroad", []),
        ("You won't believe what this model does", ["clickbait"]),
        ("Short", ["length"]),
        ("MODEL BEATS ALL BENCHMARKS OF TODAY", ["capitals"]),
    ],
)
def test_titles_have_their_faults_each_once(title: str, faults: list[str]) -> None:
    patterns = [("clickbait", re.compile("you won.t believe"))]
    assert title_faults(title, False, patterns) == faults


def test_each_fault_takes_half_of_the_title_signal() -> None:
    article = {"article_id": "a", "title": "Short", "title_is_made": True, "text": "a chip"}
    article |= {"lead_source": "alpha", "names": '["Intel"]'}
    weights = {"source:alpha": 0.6, "entity:Intel": -0.3}
    (row,) = measured([article], CATEGORIES, [], weights).to_pylist()
    assert row["reader_signal"] == pytest.approx(0.5 + 0.5 * (0.6 - 0.3) / 3)
    assert json.loads(row["title_faults"]) == ["length", "made"]
    assert (row["title_signal"], row["category"], row["topic_hits"]) == (0.0, "chips", 1)
