"""The best chunks for many questions at once, by words, as `knowledge.search` ranks them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.knowledge.grid.retrieval import Place

WORDS = PROJECT_ROOT / "dbt_project" / "release_macros" / "knowledge" / "search_words.sql"
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
        ln(1 + (whole.chunk_count - counts.chunk_count + 0.5) / (counts.chunk_count + 0.5)) as idf,
        counts.chunk_count > 0.2 * whole.chunk_count
        and min(counts.chunk_count) over (partition by asked.question, counts.chunker_id)
            <= 0.2 * whole.chunk_count as is_common
    from asked inner join counts using (term) inner join whole using (chunker_id)
),
scored as (
    select terms.question, postings.chunker_id, postings.chunk_id,
        sum(terms.idf * postings.tf * 2.2 / (postings.tf + 1.2 * (
            0.25 + 0.75 * postings.chunk_length / terms.mean_length))) as score
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
    text = WORDS.read_text(encoding="utf-8").replace("macro knowledge.", "temp macro ")
    session.execute(text)
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
