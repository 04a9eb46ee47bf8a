"""Which texts have vectors, by embedder: those of chunks in force that a cell looks at."""

from __future__ import annotations

from typing import Any

import duckdb

from ingestion.lakehouse.sql_text import literal
from python_models.knowledge.relations import rows_of
from python_models.llm.features.vector_store import Space, known_vectors, store_vectors

_OF_EMBEDDER = """
select asked.text_hash, {embedder} as embedder_id, asked.tier, there.vector, there.dimensions,
    there.call_id, case when there.text_hash is not null then 'ok' else {status} end as status,
    case when there.text_hash is null then {reason} end as error
from asked left join there using (text_hash)
"""


def embedded(
    session: duckdb.DuckDBPyConnection,
    cells: Any,
    embedders: Any,
    chunks: Any,
    texts: Any,
    node: str,
) -> Any:
    """Return a relation with one row per embedder of a cell and text of the cell's chunks.

    Args:
        session: DuckDB connection.
        cells: with `embedder_id` and `chunker_id`.
        embedders: the seed.
        chunks: those in force: `chunker_id`, `text_hash`, `tier`.
        texts: `text_hash` and `text`.
        node: name of the dbt model.

    Raises:
        StepFailed: an endpoint refuses.
        OnlyEstimated: `make estimate` runs the model.
    """
    known = {row["embedder_id"]: row for row in rows_of(embedders)}
    parts = []
    for embedder_id in sorted({row["embedder_id"] for row in rows_of(cells)}):
        space = Space.of(known[embedder_id])
        asked = _asked(session, cells, chunks, embedder_id)
        stored = store_vectors(session, texts.join(asked, "text_hash"), space, node)
        there = known_vectors(session, space)
        assert there is not None  # found by its name
        query = _OF_EMBEDDER.format(
            embedder=literal(embedder_id),
            status=literal("pending" if stored.stopped else "failed"),
            reason=literal(stored.stopped or "the endpoint gave no vector"),
        )
        parts.append(session.sql(query))
    found, *others = parts
    for other in others:
        found = found.union(other)
    return found


def _asked(session: duckdb.DuckDBPyConnection, cells: Any, chunks: Any, embedder_id: str) -> Any:
    """Return the texts of an embedder's cells; one of several tiers has the strictest."""
    own, pieces = cells.filter(f"embedder_id = {literal(embedder_id)}"), chunks
    assert own is not None and pieces is not None  # found by their names
    return session.sql(
        "select text_hash, max_by(tier, list_position(['open', 'restricted', 'private'], tier)) as"
        " tier from pieces semi join own using (chunker_id) group by text_hash"
    )
