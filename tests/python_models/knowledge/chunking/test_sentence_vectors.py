"""Sentences are asked for once by content, and a document waits for them cut at sentences."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
import pytest

from python_models.knowledge.chunking.chunk_rows import chunk_rows
from python_models.knowledge.chunking.chunkers import UnknownChunker
from python_models.knowledge.chunking.sentence_vectors import (
    SentenceVectors,
    compared_by,
    sentences_embedded,
    spaces_of,
)
from tests.python_models.llm.server import Server

NODE = "int_knowledge__sentences_embedded"
TEXT = "The invoice is paid. The refund is due. The disk is full. The node is down."


def tables(parameters: str, used: str = "semantic") -> dict[str, Any]:
    session = duckdb.connect()
    rows = {
        "documents": [{"object_id": "a", "version": "1", "tier": "open", "text": TEXT}],
        "chunkers": [{"chunker_id": "semantic", "kind": "semantic", "parameters": parameters},
                     {"chunker_id": "whole", "kind": "whole", "parameters": "{}"}],
        "embedders": [{"embedder_id": "words", "endpoint": "default", "model": "m-1",
                       "dimensions": 64}],
        "used": [{"chunker_id": used}],
    }  # fmt: skip
    for name, listed in rows.items():
        session.register(name, pa.Table.from_pylist(listed))
    return {"session": session} | {name: session.table(name) for name in rows}


def embedded(found: dict[str, Any]) -> list[dict[str, Any]]:
    names = ("session", "documents", "chunkers", "embedders", "used")
    return sentences_embedded(*(found[name] for name in names), NODE).to_pylist()


def chunks(found: dict[str, Any], kept: str | None = None) -> pa.Table:
    vectors = SentenceVectors(found["session"], spaces_of(found["embedders"]))
    return chunk_rows(found["session"], found["documents"], found["chunkers"], found["used"],
                      kept, vectors)  # fmt: skip


def test_a_document_is_cut_by_what_its_sentences_say_once_they_have_vectors(
    server: Server,
) -> None:
    found = tables('{"tokens": 12, "embedder": "words"}')
    waiting = chunks(found)
    assert {row[-8:] for row in waiting["recipe"].to_pylist()} == {"-pending"}
    assert embedded(found) == [
        {"embedder_id": "words", "sentence_count": 4, "new_count": 4, "error": None}
    ]
    found["session"].register("kept", waiting)
    cut = chunks(found, "kept")
    assert not any(row.endswith("-pending") for row in cut["recipe"].to_pylist())
    assert cut.num_rows > 1
    found["session"].register("kept", cut)
    assert chunks(found, "kept") == cut
    asked = server.counters()["requests"]
    assert embedded(found)[0]["new_count"] == 0
    assert server.counters()["requests"] == asked
    session = found["session"]
    rows = session.from_arrow(pa.Table.from_pylist(embedded(found)))
    assert compared_by(found["chunkers"], rows) == {"semantic": 4}


def test_no_sentence_is_asked_for_where_no_cell_compares_them(server: Server) -> None:
    assert embedded(tables('{"embedder": "words"}', used="whole")) == []
    assert server.counters()["requests"] == 0


@pytest.mark.parametrize(
    ("parameters", "why"),
    [("{}", "names its embedder"), ('{"embedder": "none"}', "there is no embedder none")],
)
def test_a_chunker_without_a_usable_embedder_is_told(parameters: str, why: str) -> None:
    with pytest.raises(UnknownChunker, match=why):
        embedded(tables(parameters))
