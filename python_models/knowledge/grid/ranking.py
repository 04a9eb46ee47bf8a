"""The best chunks for many questions at once, by words, as `knowledge.search` ranks them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.knowledge.grid.retrieval import Place

_FOLDER = PROJECT_ROOT / "dbt_project" / "release_macros" / "knowledge"
RANKED = """
with asked as (
    select distinct question, unnest(search_words(question)) as term from questions
),
whole as (
    select chunker_id, chunk_count, occurrence_count / greatest(chunk_count, 1) as mean_length
    from counts where term = ''
),
terms as (
    select asked.question, counts.chunker_id, counts.term, whole.mean_length,
        search_idf(counts.chunk_count, whole.chunk_count) as idf,
        search_is_common(
            counts.chunk_count,
            min(counts.chunk_count) over (partition by asked.question, counts.chunker_id),
            whole.chunk_count
        ) as is_common
    from asked inner join counts using (term) inner join whole using (chunker_id)
),
scored as (
    select terms.question, postings.chunker_id, postings.chunk_id,
        sum(search_score(terms.idf, postings.tf, postings.chunk_length, terms.mean_length))
            as score
    from postings inner join terms using (chunker_id, term)
    group by all having bool_or(not terms.is_common)
)
select scored.question, scored.chunker_id, chunks.object_id, chunks.span_start, chunks.span_end
from scored inner join chunks using (chunk_id)
qualify row_number() over (
    partition by scored.question, scored.chunker_id order by scored.score desc, chunk_id
) <= $k
order by scored.question, scored.chunker_id, scored.score desc, chunk_id
"""


def ranked(
    session: duckdb.DuckDBPyConnection,
    asked: Iterable[str],
    search_terms: Any,
    search_term_counts: Any,
    chunk_rows: Any,
    k: int,
) -> dict[tuple[str, str], list[Place]]:
    """Return the places of the k best chunks by (chunker, question)."""
    make_macros(session)
    distinct = pa.table({"question": pa.array(sorted(set(asked)), pa.string())})
    questions = session.from_arrow(distinct)
    postings, chunks = search_terms, chunk_rows
    # a grid is its owner's: words weigh as they do for who sees every tier
    sums = "sum(chunk_count) as chunk_count, sum(occurrence_count) as occurrence_count"
    counts = search_term_counts.aggregate(f"chunker_id, term, {sums}", "chunker_id, term")
    # DuckDB finds these four by their names
    assert all(one is not None for one in (questions, postings, counts, chunks))
    found: dict[tuple[str, str], list[Place]] = {}
    for question, chunker, *place in session.sql(RANKED, params={"k": k}).fetchall():
        found.setdefault((chunker, question), []).append(tuple(place))
    return found


def make_macros(session: duckdb.DuckDBPyConnection) -> None:
    """Make the macros of a release that fold and weigh words in a session, without a schema."""
    for name in ("search_words", "search_scoring"):
        text = (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
        session.execute(text.replace("macro knowledge.", "temp macro "))
