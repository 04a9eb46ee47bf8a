"""Sentences whose vectors semantic chunkers compare: those of texts that go, go with them."""

from __future__ import annotations

import duckdb

from python_models.knowledge.chunking.semantic import hashed_sentences

NODE = "int_knowledge__sentences_embedded"


def add_sentences(session: duckdb.DuckDBPyConnection, table: str, texts: str) -> list[str]:
    """Add the hashes of sentences to a table of texts that go; returns the sentences.

    One that is a chunk too is known as that. Nothing is added where no sentence was asked for.

    Args:
        session: see `planned`.
        table: with the column `text_hash`.
        texts: query with the column `text`, of documents.
    """
    if not session.execute("select 1 from calls where node = ? limit 1", [NODE]).fetchone():
        return []
    found: dict[str, str] = {}
    for (text,) in session.execute(texts).fetchall():
        found |= hashed_sentences(text)
    known = {row[0] for row in session.execute("select distinct text_hash from chunks").fetchall()}
    if hashes := [[one] for one in sorted(found.keys() - known)]:
        session.executemany(f"insert into {table} values (?)", hashes)
    return list(found.values())
