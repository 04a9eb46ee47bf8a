"""The best chunks for a grid's questions by words and vectors together, as a search fuses them.

Only cells whose embedder has a weight have any: what is measured is what a search would show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import numpy as np

from ingestion.lakehouse.sql_text import literal
from python_models.knowledge.grid.retrieval import Place
from python_models.knowledge.search.find import FOUND_FIRST
from python_models.knowledge.search.hits import fused
from python_models.llm.features.vector_store import Space, known_vectors

Row = Mapping[str, Any]
Found = dict[tuple[str, str, str], list[Place]]  # by chunker, embedder, question
_VECTORS = """
select object_id, span_start, span_end, vector
from pieces inner join vectors using (text_hash)
where pieces.chunker_id = {chunker} and vectors.embedder_id = {embedder} and vector is not null
order by object_id, span_start, span_end
"""
_ASKED = """
select distinct question, vector
from asked inner join known on sha256(question) = known.text_hash
order by question
"""


def hybrid_found(
    session: duckdb.DuckDBPyConnection,
    cells: Iterable[Row],
    embedders: Iterable[Row],
    questions: Any,
    by_words: Mapping[tuple[str, str], Sequence[Place]],
    chunks: Any,
    embedded: Any,
) -> Found:
    """Return the fused places of the best chunks by (chunker, embedder, question).

    Args:
        session: DuckDB connection of the build.
        cells: `chunker_id` and `embedder_id`.
        embedders: the seed, with what words and vectors weigh.
        questions: relation with `question`; their vectors were stored with those of texts.
        by_words: the best chunks by words, `FOUND_FIRST` of them.
        chunks: relation of those in force.
        embedded: relation of their vectors, `llm_knowledge__embedded`.
    """
    weighty = {row["embedder_id"]: row for row in embedders if row["vector_weight"] > 0}
    pairs = {(row["chunker_id"], row["embedder_id"]) for row in cells}
    found: Found = {}
    pieces, vectors, asked = chunks, embedded, questions
    for chunker, name in sorted(pair for pair in pairs if pair[1] in weighty):
        embedder = weighty[name]
        known = known_vectors(session, Space.of(embedder))
        assert all(one is not None for one in (pieces, vectors, asked, known))  # found by name
        rows = session.sql(_VECTORS.format(chunker=literal(chunker), embedder=literal(name)))
        near = _nearest(rows, session.sql(_ASKED).fetchall())
        for question, places in near.items():
            lists = [
                (embedder["keyword_weight"], by_words.get((chunker, question), ())),
                (embedder["vector_weight"], places),
            ]
            found[chunker, name, question] = _fused(lists)
    return found


def _nearest(chunks: Any, questions: Sequence[tuple[str, Any]]) -> dict[str, list[Place]]:
    table = chunks.to_arrow_table()
    if not table.num_rows or not questions:
        return {}
    flat = table.column("vector").combine_chunks().flatten()
    matrix = np.asarray(flat, dtype=np.float32).reshape(table.num_rows, -1)
    columns = (table.column(name).to_pylist() for name in ("object_id", "span_start", "span_end"))
    places: list[Place] = list(zip(*columns, strict=True))
    found = {}
    for question, vector in questions:
        scores = matrix @ np.asarray(vector, dtype=np.float32)
        best = np.argsort(-scores, kind="stable")[:FOUND_FIRST]
        found[question] = [places[at] for at in best if scores[at] > 0]
    return found


def _fused(lists: Sequence[tuple[float, Sequence[Place]]]) -> list[Place]:
    names = {f"{name}:{start}:{end}": (name, start, end)
             for _, places in lists for name, start, end in places}  # fmt: skip
    named = [
        (weight, [f"{name}:{start}:{end}" for name, start, end in some]) for weight, some in lists
    ]
    return [names[name] for name, _ in fused(named, FOUND_FIRST)]
