"""The knowledge page: what it marks are words of the corpus, and all of it is text."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import duckdb

from dashboards.knowledge import document, entity
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
    words = [quote for one in tested.get("html")
             for quote in str(one.value).split("<blockquote")[1:]]  # fmt: skip
    assert words
    shown = {plain(f"<{one}").strip() for one in words}
    assert len(shown) == len(words)  # each once
    assert shown <= {" ".join(line.split()) for _, _, _, text in TEXTS.values()
                     for line in [*text.split("\n"), text]}  # fmt: skip


def test_what_is_called_just_so_is_found_first() -> None:
    """Of documents and things that have a word in their name, the one that is that word."""
    with duckdb.connect() as session:
        session.execute(
            "create schema knowledge;"
            "create table knowledge.documents as select * from (values"
            " ('1', 'v', 'Copy of Ledger', 'w', 'page'), ('2', 'v', 'ledger', 'w', 'page'))"
            " as rows (object_id, version, title, source, kind);"
            "create table knowledge.corpus_members as"
            " select object_id, version, timestamp '2025-03-01' as known_from"
            " from knowledge.documents;"
            "create table knowledge.current as select 'r' as resolution_id, 'g' as graph_id;"
            "create table knowledge.entities as select * from (values"
            " ('r', 'a', 'Ledger team', 'team', 9, 9, 'open'),"
            " ('r', 'b', 'books', 'service', 2, 2, 'open'))"
            " as rows (resolution_id, entity_id, name, type, document_count, mention_count, tier);"
            "create table knowledge.entity_aliases as select * from (values"
            " ('r', 'a', 'Ledger team'), ('r', 'b', 'books'), ('r', 'b', 'ledger'))"
            " as rows (resolution_id, entity_id, alias);"
            "create table knowledge.nodes as select * from (values"
            " ('g', 'b', 'books', timestamp '2024-01-01', null),"
            " ('g', 'b', 'Ledger', timestamp '2025-01-01', null))"
            " as rows (graph_id, entity_id, name, valid_from, known_to)"
        )
        titles = session.execute(document.FOUND, {"text": "Ledger"}).fetchall()
        things = session.execute(entity.FOUND, {"text": "ledger"}).fetchall()
    assert [row[1] for row in titles] == ["ledger", "Copy of Ledger"]
    assert [row[0] for row in things] == ["Ledger", "Ledger team"]
