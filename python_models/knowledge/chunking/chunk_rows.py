"""Chunks as rows; what an earlier build cut the same way is taken over."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import pyarrow as pa

from python_models.knowledge.chunking.chunkers import chunks_of
from python_models.knowledge.chunking.semantic import SEMANTIC, Vectors, VectorsMissing
from python_models.knowledge.chunking.sentence_vectors import SentenceVectors, embedder_of
from python_models.knowledge.chunking.units import Span, token_count
from python_models.llm.prompting.identity import text_hash

CODE = "1"  # to be raised where a chunker cuts otherwise than before
DOCUMENTS_IN_MEMORY = 500
CHUNKS = pa.schema(
    [
        ("chunk_id", pa.string()),
        ("object_id", pa.string()),
        ("version", pa.string()),
        ("chunker_id", pa.string()),
        ("ordinal", pa.int64()),
        ("span_start", pa.int64()),
        ("span_end", pa.int64()),
        ("text_hash", pa.string()),
        ("heading_path", pa.string()),
        ("token_count", pa.int64()),
        ("tier", pa.string()),
        ("recipe", pa.string()),
    ]
)
# a document's version cut by a chunker is cut again only if one of the three has changed
_MISSING = """
select asked.object_id, asked.version, asked.tier, asked.text,
    cutters.chunker_id, cutters.kind, cutters.parameters, cutters.recipe
from asked cross join cutters
anti join known using (object_id, version, chunker_id, recipe)
where (cutters.kind = 'semantic') = {is_semantic}
order by asked.object_id, asked.version, cutters.chunker_id
"""
_PENDING = (
    "-pending"  # of a recipe: cut at sentences for lack of vectors, and anew in a later build
)
_TAKEN = """
select known.* replace (asked.tier as tier) from known
inner join asked using (object_id, version)
inner join cutters using (chunker_id, recipe)
"""


def recipe_of(kind: str, parameters: str, *further: str) -> str:
    """Return what names a way of cutting: two with the same one cut alike."""
    said = json.dumps([kind, json.loads(parameters), CODE, *further], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def rows_of_document(
    document: Mapping[str, Any], vectors: Vectors | None = None
) -> Iterable[dict[str, Any]]:
    """Yield the rows of one document cut by one chunker."""
    text, named = document["text"], (document["object_id"], document["version"])
    parameters, recipe = json.loads(document["parameters"]), document["recipe"]
    try:
        chunks = chunks_of(text, document["kind"], parameters, vectors)
    except VectorsMissing:
        chunks, recipe = chunks_of(text, "sentences", parameters), recipe + _PENDING
    for ordinal, chunk in enumerate(chunks, start=1):
        said = "\n".join((*named, document["chunker_id"], str(chunk.start), str(chunk.end)))
        yield {
            "chunk_id": hashlib.sha256(said.encode()).hexdigest()[:24],
            "object_id": named[0],
            "version": named[1],
            "chunker_id": document["chunker_id"],
            "ordinal": ordinal,
            "span_start": chunk.start,
            "span_end": chunk.end,
            "text_hash": text_hash(text[chunk.start : chunk.end]),
            "heading_path": json.dumps(chunk.headings, ensure_ascii=False),
            "token_count": token_count(text, Span(chunk.start, chunk.end)),
            "tier": document["tier"],
            "recipe": recipe,
        }


def chunk_rows(
    session: duckdb.DuckDBPyConnection,
    documents: Any,
    chunkers: Any,
    used: Any,
    kept: str | None,
    sentences: SentenceVectors | None = None,
) -> pa.Table:
    """Return the chunks of every document by every chunker in use, with the schema `CHUNKS`.

    Args:
        session: DuckDB connection.
        documents: relation with `object_id`, `version`, `tier`, `text`.
        chunkers: relation of the seed.
        used: relation with the `chunker_id` of the cells.
        kept: name of the table an earlier build left, None when there is none.
        sentences: their vectors, for chunkers of kind `semantic`.
    """
    sentences = sentences or SentenceVectors(session, {})
    asked = documents.project("object_id, version, tier, text")
    cutters = session.from_arrow(_cutters(chunkers, used, sentences))
    known = session.table(kept) if kept else session.from_arrow(CHUNKS.empty_table())
    # DuckDB finds the three by their names here
    assert asked is not None and cutters is not None and known is not None
    parts = [session.sql(_TAKEN).to_arrow_table().select(CHUNKS.names).cast(CHUNKS)]
    plain = session.sql(_MISSING.format(is_semantic="false"))
    for batch in plain.to_arrow_reader(DOCUMENTS_IN_MEMORY):
        rows = [row for document in batch.to_pylist() for row in rows_of_document(document)]
        parts.append(pa.Table.from_pylist(rows, CHUNKS))
    # vectors are looked up by queries of their own, which would end a reader of this one
    compared = session.sql(_MISSING.format(is_semantic="true")).to_arrow_table()
    for batch in compared.to_batches(DOCUMENTS_IN_MEMORY):
        parts.append(pa.Table.from_pylist(_compared(batch.to_pylist(), sentences), CHUNKS))
    return pa.concat_tables(parts)


def _compared(documents: list[dict[str, Any]], sentences: SentenceVectors) -> list[dict[str, Any]]:
    """Return the rows of documents that are cut by the vectors of their sentences."""
    rows: list[dict[str, Any]] = []
    by_embedder: dict[str, list[dict[str, Any]]] = {}
    for one in documents:
        by_embedder.setdefault(embedder_of(one["parameters"]), []).append(one)
    for embedder_id, own in by_embedder.items():
        vectors = sentences.of(embedder_id, [one["text"] for one in own])
        rows += [row for one in own for row in rows_of_document(one, vectors)]
    return rows


def _cutters(chunkers: Any, used: Any, sentences: SentenceVectors) -> pa.Table:
    """Return the chunkers that cells name, each with its recipe."""
    named = {row[0] for row in used.project("chunker_id").fetchall()}
    known = chunkers.project("chunker_id, kind, parameters").to_arrow_table().to_pylist()
    rows = []
    for row in (one for one in known if one["chunker_id"] in named):
        further: tuple[str, ...] = ()
        if row["kind"] == SEMANTIC:
            further = (sentences.spaces[embedder_of(row["parameters"])].name,)
        rows.append(row | {"recipe": recipe_of(row["kind"], row["parameters"], *further)})
    names = ("chunker_id", "kind", "parameters", "recipe")
    return pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in names]))
