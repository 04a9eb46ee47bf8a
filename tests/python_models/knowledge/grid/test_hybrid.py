"""Search by words and vectors over a grid's questions, and what a search does with the outcome."""

from __future__ import annotations

import hashlib

import duckdb
import pyarrow as pa

from python_models.knowledge.embedded import embedded
from python_models.knowledge.grid.hybrid import hybrid_found
from python_models.knowledge.relations import rows_of
from python_models.llm.offline.embeddings import WORDS_MODEL

TEXTS = ["billing outage of the queue", "who owns the ledger", "nothing of either"]
CELLS = [{"grid_id": "g", "chunker_id": "c", "embedder_id": "words"}]
QUESTIONS = [{"grid_id": "g", "question": "who owns the ledger?"}]


def embedder(weight: float) -> dict[str, object]:
    return {"embedder_id": "words", "endpoint": "offline", "model": WORDS_MODEL, "dimensions": 1024,
            "keyword_weight": 1.0, "vector_weight": weight}  # fmt: skip


def found(weight: float, by_words: dict[tuple[str, str], list[tuple[str, int, int]]]):
    session = duckdb.connect()

    def relation(rows: list[dict[str, object]]) -> duckdb.DuckDBPyRelation:
        return session.from_arrow(pa.Table.from_pylist(rows))

    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in TEXTS]
    chunks = relation([
        {"chunker_id": "c", "text_hash": name, "tier": "open", "object_id": f"o{at}",
         "span_start": 0, "span_end": len(TEXTS[at])}
        for at, name in enumerate(hashes)
    ])  # fmt: skip
    texts = relation([{"text_hash": name, "text": text}
                      for name, text in zip(hashes, TEXTS, strict=True)])  # fmt: skip
    questions, cells = relation(QUESTIONS), relation(CELLS)
    vectors = embedded(
        session, cells, relation([embedder(weight)]), chunks, texts, questions, "llm_tests"
    )
    assert len(rows_of(vectors)) == len(TEXTS)  # a question is no text of the corpus
    return hybrid_found(session, CELLS, [embedder(weight)], questions, by_words, chunks, vectors)


def test_questions_are_embedded_with_the_texts_and_fused_with_what_words_find() -> None:
    by_words = {("c", "who owns the ledger?"): [("o0", 0, len(TEXTS[0]))]}
    places = found(2.0, by_words)["c", "words", "who owns the ledger?"]
    assert [name for name, *_ in places][:2] == ["o1", "o0"]


def test_where_vectors_do_not_weigh_no_question_is_embedded() -> None:
    assert found(0.0, {}) == {}
