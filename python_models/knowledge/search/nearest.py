"""The chunks whose vectors are nearest to a question's: exact, one matrix product."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.knowledge.search.hits import Ask, Hit
from python_models.llm.features.vector_store import Space, vector_of

SEED = PROJECT_ROOT / "dbt_project" / "seeds" / "knowledge" / "knowledge_embedders.csv"
NODE = "ask"
# what filters leave out is left out before anything is ranked
VECTORS = """
select chunks.chunk_id, embeddings.vector
from knowledge.chunks as chunks
inner join knowledge.embeddings as embeddings on chunks.text_hash = embeddings.text_hash
inner join knowledge.documents as documents
    on chunks.object_id = documents.object_id and chunks.version = documents.version
where chunks.chunker_id = $chunker and embeddings.embedder_id = $embedder and documents.is_current
    and ($source is null or documents.source = $source)
    and ($kind is null or documents.kind = $kind)
    and ($since is null or coalesce(documents.updated_at, documents.created_at) >= $since)
    and ($until is null or coalesce(documents.updated_at, documents.created_at) < $until)
    and ($tiers is null or list_contains($tiers, chunks.tier))
order by chunks.chunk_id
"""
# what a hit is made of; who asks says which
PASSAGES = """
select chunks.chunk_id, chunks.object_id, chunks.version, chunks.span_start, chunks.span_end,
    chunks.heading_path, chunks.tier, documents.source, documents.kind, documents.title,
    documents.uri, coalesce(documents.updated_at, documents.created_at) as said_at,
    substring(documents.text, chunks.span_start + 1, chunks.span_end - chunks.span_start) as text
from knowledge.chunks as chunks
inner join knowledge.documents as documents
    on chunks.object_id = documents.object_id and chunks.version = documents.version
"""
ROWS = f"""{PASSAGES}where list_contains($chunk_ids, chunks.chunk_id)
"""


@dataclass(frozen=True)
class Embedder:
    """A row of the seed `knowledge_embedders`."""

    embedder_id: str
    space: Space
    keyword_weight: float
    vector_weight: float


def embedders() -> Mapping[str, Embedder]:
    """Return the embedders by name, with the weights a person gave them."""
    with SEED.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {
        row["embedder_id"]: Embedder(
            row["embedder_id"],
            Space.of(row | {"dimensions": int(row["dimensions"]) if row["dimensions"] else None}),
            float(row["keyword_weight"]),
            float(row["vector_weight"]),
        )
        for row in rows
    }


def question_vector(question: str, embedder: Embedder) -> np.ndarray | None:
    """Return a question's vector; None where it has none that says anything.

    Raises:
        StepFailed: the endpoint that embeds the question refuses.
    """
    vector = vector_of(question, embedder.space, NODE)
    return vector if vector is not None and vector.any() else None


def nearest(ask: Ask, embedder: Embedder, chunker_id: str, asked: Mapping[str, Any]) -> list[Hit]:
    """Return the chunks nearest to a question, the best first.

    Args:
        ask: asks a release.
        embedder: whose vectors are compared.
        chunker_id: whose chunks.
        asked: the question, `k` and the filters.

    Raises:
        StepFailed: the endpoint that embeds the question refuses.
    """
    filters = {name: asked[name] for name in ("source", "kind", "since", "until", "tiers")}
    table = ask(VECTORS, chunker=chunker_id, embedder=embedder.embedder_id, **filters)
    vector = question_vector(asked["question"], embedder) if table.num_rows else None
    if vector is None:
        return []
    column = table.column("vector").combine_chunks()
    matrix = np.asarray(column.flatten(), dtype=np.float32).reshape(table.num_rows, -1)
    scores = matrix @ vector
    best = np.argsort(-scores, kind="stable")[: asked["k"]]
    ids = table.column("chunk_id").to_pylist()
    found = {ids[at]: float(scores[at]) for at in best if scores[at] > 0}
    rows = {row["chunk_id"]: row for row in ask(ROWS, chunk_ids=list(found)).to_pylist()}
    return [
        Hit(rank=rank, score=score, **rows[name])
        for rank, (name, score) in enumerate(found.items(), start=1)
    ]
