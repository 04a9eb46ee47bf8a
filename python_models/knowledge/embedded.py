"""Which texts have vectors, by embedder: those of chunks in force that a cell looks at."""

from __future__ import annotations

from functools import reduce
from typing import Any

import duckdb

from ingestion.lakehouse.sql_text import literal
from python_models.knowledge.relations import rows_of
from python_models.llm.features.vector_store import Space, known_vectors, store_vectors

_OF_EMBEDDER = """
select asked.text_hash, {embedder} as embedder_id, asked.tier, there.vector, there.dimensions,
    there.call_id,
    case when there.text_hash is not null then 'ok'
        when not asked.is_within then 'pending' else {status} end as status,
    case when there.text_hash is null and asked.is_within then {reason} end as error
from asked left join there using (text_hash)
"""


def embedded(
    session: duckdb.DuckDBPyConnection,
    cells: Any,
    embedders: Any,
    chunks: Any,
    texts: Any,
    questions: Any,
    node: str,
    within: Any = None,
) -> Any:
    """Return a relation with one row per embedder of a cell and text of the cell's chunks.

    Args:
        session: DuckDB connection.
        cells: with `grid_id`, `embedder_id` and `chunker_id`.
        embedders: the seed.
        chunks: those in force: `chunker_id`, `text_hash`, `tier`.
        texts: `text_hash` and `text`.
        questions: `grid_id`, `question`; embedded too where vectors weigh, so that can be measured.
        node: name of the dbt model.
        within: `axis_id` (an embedder) and `text_hash` of what may be asked for; None: all.

    Raises:
        StepFailed: an endpoint refuses.
        OnlyEstimated: `make estimate` runs the model.
    """
    parts = [
        _of(session, row, cells, chunks, texts, questions, node, within)
        for row in sorted(rows_of(embedders), key=lambda row: str(row["embedder_id"]))
        if row["embedder_id"] in {cell["embedder_id"] for cell in rows_of(cells)}
    ]
    return reduce(lambda one, other: one.union(other), parts)


def _of(
    session: duckdb.DuckDBPyConnection,
    embedder: dict[str, Any],
    cells: Any,
    chunks: Any,
    texts: Any,
    questions: Any,
    node: str,
    within: Any,
) -> Any:
    embedder_id, space = embedder["embedder_id"], Space.of(embedder)
    asked = _asked(session, cells, chunks, embedder_id, within)
    wanted = texts.join(asked.filter("is_within"), "text_hash").project("text_hash, text")
    if embedder["vector_weight"] > 0 and asked.filter("is_within").limit(1).fetchone():
        wanted = wanted.union(_questions(session, cells, questions, embedder_id)).distinct()
    stored = store_vectors(session, wanted, space, node)
    there = known_vectors(session, space)
    assert asked is not None and there is not None  # found by their names
    query = _OF_EMBEDDER.format(
        embedder=literal(embedder_id),
        status=literal("pending" if stored.stopped else "failed"),
        reason=literal(stored.stopped or "the endpoint gave no vector"),
    )
    return session.sql(query)


def _questions(
    session: duckdb.DuckDBPyConnection, cells: Any, questions: Any, embedder_id: str
) -> Any:
    own, asked = cells.filter(f"embedder_id = {literal(embedder_id)}"), questions
    assert own is not None and asked is not None  # found by their names
    return session.sql(
        "select distinct sha256(question) as text_hash, question as text"
        " from asked semi join own using (grid_id)"
    )


def _asked(
    session: duckdb.DuckDBPyConnection, cells: Any, chunks: Any, embedder_id: str, within: Any
) -> Any:
    """Return the texts of an embedder's cells; one of several tiers has the strictest."""
    name = literal(embedder_id)
    own, pieces = cells.filter(f"embedder_id = {name}"), chunks
    assert own is not None and pieces is not None  # found by their names
    is_within = "true"
    if within is not None:
        chosen = within.filter(f"axis_id = {name}").project("text_hash")
        assert chosen is not None  # found by its name
        is_within = "text_hash in (from chosen)"
    return session.sql(
        "select text_hash, max_by(tier, list_position(['open', 'restricted', 'private'], tier)) as"
        f" tier, {is_within} as is_within"
        " from pieces semi join own using (chunker_id) group by text_hash"
    )
