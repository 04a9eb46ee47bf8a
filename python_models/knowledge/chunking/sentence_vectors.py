"""Vectors of the sentences that semantic chunkers compare: asked for once by content, and kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from python_models.knowledge.chunking.chunkers import UnknownChunker
from python_models.knowledge.chunking.semantic import (
    SEMANTIC,
    Vectors,
    hashed_sentences,
)
from python_models.knowledge.relations import rows_of
from python_models.llm.features.vector_store import Space, known_vectors, store_vectors

_TEXTS = pa.schema([("text_hash", pa.string()), ("text", pa.string())])
_DOCUMENTS_AT_ONCE = 500
ROWS = pa.schema(
    [
        ("embedder_id", pa.string()),
        ("sentence_count", pa.int64()),
        ("new_count", pa.int64()),
        ("error", pa.string()),
    ]
)


@dataclass(frozen=True)
class SentenceVectors:
    """Where the vectors of sentences lie, by embedder."""

    session: duckdb.DuckDBPyConnection
    spaces: dict[str, Space]

    def of(self, embedder_id: str, texts: Iterable[str]) -> Vectors:
        """Return the vectors of the sentences of texts; without those that have none yet."""
        hashes = sorted({one for text in texts for one, _ in hashed_sentences(text)})
        wanted = self.session.from_arrow(pa.table({"text_hash": hashes}, _TEXTS.remove(1)))
        stored = known_vectors(self.session, self.spaces[embedder_id])
        assert wanted is not None and stored is not None  # found by their names
        found = self.session.sql(
            "select text_hash, vector from stored semi join wanted using (text_hash)"
        ).to_arrow_table()
        vectors = found["vector"].to_pylist()
        return {
            name: np.asarray(vector, dtype=np.float32)
            for name, vector in zip(found["text_hash"].to_pylist(), vectors, strict=True)
        }


def embedder_of(parameters: str) -> str:
    """Return the embedder that a semantic chunker names.

    Raises:
        UnknownChunker: it names none.
    """
    found = json.loads(parameters).get("embedder")
    if not found:
        raise UnknownChunker('a semantic chunker names its embedder: {"embedder": "offline_words"}')
    return str(found)


def spaces_of(embedders: Any) -> dict[str, Space]:
    """Return the space of each embedder of the seed."""
    return {str(row["embedder_id"]): Space.of(row) for row in rows_of(embedders)}


def sentences_embedded(
    session: duckdb.DuckDBPyConnection,
    documents: Any,
    chunkers: Any,
    embedders: Any,
    used: Any,
    node: str,
) -> pa.Table:
    """Have a vector of every sentence that a semantic chunker of a cell compares.

    Args:
        session: DuckDB connection.
        documents: relation with `text`.
        chunkers: the seed.
        embedders: the seed.
        used: relation with the `chunker_id` of the cells.
        node: name of the dbt model.

    Returns:
        One row per embedder, see `ROWS`.

    Raises:
        StepFailed: an endpoint refuses.
        OnlyEstimated: `make estimate` runs the model.
        UnknownChunker: a chunker names no embedder, or one there is not.
    """
    spaces = spaces_of(embedders)
    wanted = _wanted(chunkers, used, spaces)
    if not wanted:
        return ROWS.empty_table()
    sentences = session.from_arrow(_sentences(documents))
    rows = []
    for embedder_id in wanted:
        stored = store_vectors(session, sentences, spaces[embedder_id], node)
        error = stored.stopped or (f"{stored.failed} failed" if stored.failed else None)
        rows.append([embedder_id, len(sentences), stored.new, error])
    return pa.Table.from_pylist([dict(zip(ROWS.names, row, strict=True)) for row in rows], ROWS)


def compared_by(chunkers: Any, embedded: Any) -> dict[str, int]:
    """Return how many sentences each semantic chunker has vectors asked for.

    Args:
        chunkers: the seed.
        embedded: what `sentences_embedded` gave.
    """
    counts = {row["embedder_id"]: row["sentence_count"] for row in rows_of(embedded)}
    named = {
        row["chunker_id"]: embedder_of(row["parameters"])
        for row in rows_of(chunkers)
        if row["kind"] == SEMANTIC
    }
    return {name: counts[embedder] for name, embedder in named.items() if embedder in counts}


def _wanted(chunkers: Any, used: Any, spaces: dict[str, Space]) -> list[str]:
    """Return the embedders that semantic chunkers of cells name."""
    named = {row[0] for row in used.project("chunker_id").fetchall()}
    wanted = {
        embedder_of(row["parameters"])
        for row in rows_of(chunkers)
        if row["kind"] == SEMANTIC and row["chunker_id"] in named
    }
    if unknown := sorted(wanted - spaces.keys()):
        raise UnknownChunker(f"there is no embedder {unknown[0]}; see the seed knowledge_embedders")
    return sorted(wanted)


def _sentences(documents: Any) -> pa.Table:
    """Return the sentences of documents, each once."""
    known: dict[str, str] = {}
    for batch in documents.project("text").to_arrow_reader(_DOCUMENTS_AT_ONCE):
        for text in batch.column("text").to_pylist():
            known |= hashed_sentences(text)
    return pa.table({"text_hash": list(known), "text": list(known.values())}, _TEXTS)
