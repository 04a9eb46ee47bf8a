"""The knowledge page: what it marks are words of the corpus, and all of it is text."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from dashboards.knowledge.marked import Mark, marked_html
from tests.dashboards.hostile_text import HOSTILE
from tests.dashboards.knowledge_rows import TEXTS
from tests.dashboards.pages import failures, page


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


def test_a_marked_text_says_the_same_as_the_text_whatever_overlaps() -> None:
    text = f"before {HOSTILE} after & <b>"
    marks = [Mark(0, 20, "chunk", HOSTILE), Mark(5, 30, "fact"), Mark(5, 30, "word"),
             Mark(10, 10, "word"), Mark(25, 9_999, "cited")]  # fmt: skip
    html = marked_html(text, marks)
    assert plain(html) == text
    assert "<script" not in html and "<b>" not in html


def test_a_part_of_a_text_is_shown_with_the_marks_that_reach_into_it() -> None:
    html = marked_html("one two three", [Mark(0, 7, "word"), Mark(8, 13, "fact")], 4, 7)
    assert plain(html) == "two" and html.count("<mark") == 1


def test_a_question_without_words_of_the_corpus_says_so(released: Path) -> None:
    tested = page("knowledge", {"view": "Ask", "q": "zzzz qqqq"})
    assert failures(tested) == []
    assert any("No document has these words" in one.value for one in tested.info)


def test_the_words_of_an_edge_are_shown_as_they_stand_and_columns_have_names(
    released: Path,
) -> None:
    tested = page("knowledge", {"view": "Entity"})
    assert failures(tested) == []
    words = [one.value for one in tested.get("html") if "<blockquote>" in str(one.value)]
    assert words
    shown = {plain(one).strip() for one in words}
    assert shown <= {" ".join(line.split()) for _, _, _, text in TEXTS.values()
                     for line in [*text.split("\n"), text]}  # fmt: skip
