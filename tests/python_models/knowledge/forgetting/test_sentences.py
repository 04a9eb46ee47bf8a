"""Sentences that semantic chunkers compared go with the texts they stand in."""

from __future__ import annotations

import duckdb

from python_models.knowledge.forgetting.sentences import NODE, add_sentences
from python_models.llm.prompting.identity import text_hash

TEXT = "Ada owns billing. It runs on iris."
QUERY = f"select '{TEXT}' as text"


def session_of(node: str) -> duckdb.DuckDBPyConnection:
    session = duckdb.connect()
    session.execute(f"create table calls as select '{node}' as node")
    whole = text_hash("It runs on iris.")  # a chunk too: it is known as that
    session.execute(f"create table chunks as select '{whole}' as text_hash")
    session.execute("create table gone_texts (text_hash varchar)")
    return session


def test_sentences_go_by_their_hashes_but_for_those_that_are_chunks() -> None:
    session = session_of(NODE)
    said = add_sentences(session, "gone_texts", QUERY)
    assert said == ["Ada owns billing.", "It runs on iris."]
    assert session.execute("from gone_texts").fetchall() == [(text_hash("Ada owns billing."),)]


def test_nothing_is_added_where_no_sentence_was_ever_asked_for() -> None:
    session = session_of("llm_knowledge__embedded")
    assert add_sentences(session, "gone_texts", QUERY) == []
    assert session.execute("from gone_texts").fetchall() == []
