"""A grid's questions, measured in each cell by what a search there finds."""

from __future__ import annotations

from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from python_models.knowledge.grid.hybrid import hybrid_found
from python_models.knowledge.grid.ranking import ranked
from python_models.knowledge.grid.retrieval import question_rows
from python_models.knowledge.relations import rows_of
from python_models.knowledge.search.find import FOUND_FIRST


class Corpus(NamedTuple):
    """Relations of what is searched."""

    members: Any
    documents: Any
    chunks: Any
    search_terms: Any
    search_term_counts: Any
    embedded: Any


def questions_measured(
    session: duckdb.DuckDBPyConnection, asked: Any, cells: Any, embedders: Any, corpus: Corpus
) -> pa.Table:
    """Return a row per cell and question: by words, and by vectors too where these weigh."""
    questions, cell_rows = rows_of(asked), rows_of(cells)
    in_force = corpus.members.filter("known_to is null").project("object_id, version")
    documents = corpus.documents.join(in_force, "object_id, version")
    found = ranked(
        session,
        [row["question"] for row in questions],
        corpus.search_terms,
        corpus.search_term_counts,
        corpus.chunks,
        FOUND_FIRST,
    )
    chunks = corpus.chunks.join(in_force, "object_id, version")
    hybrid = hybrid_found(
        session, cell_rows, rows_of(embedders), asked, found, chunks, corpus.embedded
    )
    texts = documents.project("source, native_id, object_id, text")
    return question_rows(cell_rows, questions, rows_of(texts) if questions else [], found, hybrid)
