"""What the stages of a cell took: texts, calls, tokens, money, seconds, and what is unfounded."""

from __future__ import annotations

from typing import Any

import duckdb

_EXTRACTION = """
with read as (
    select distinct pieces.chunker_id || ' ' || answers.extractor_id as stage_key, answers.*
    from (select distinct chunker_id, text_hash from pieces) as pieces
    inner join answers using (text_hash)
),
said as (
    select text_hash, extractor_id, call_id, found from names
    union all
    select text_hash, extractor_id, call_id, found from claims
),
founded as (
    select text_hash, extractor_id, call_id, count(*) as said_count,
        count(*) filter (found = 'unfounded') as unfounded_count
    from said group by all
)
select stage_key,
    count(distinct read.text_hash) as extraction_text_count,
    count(distinct read.call_id) as extraction_call_count,
    count(*) filter (status not in ('ok', 'repaired')) as extraction_failed_count,
    coalesce(sum(prompt_tokens), 0) as extraction_prompt_tokens,
    coalesce(sum(completion_tokens), 0) as extraction_completion_tokens,
    coalesce(sum(cost_usd), 0) as extraction_usd,
    coalesce(sum(said_count), 0) as extraction_said_count,
    coalesce(sum(unfounded_count) / nullif(sum(said_count), 0), 0) as extraction_unfounded_share
from read left join founded
    on read.text_hash = founded.text_hash and read.extractor_id = founded.extractor_id
        and read.call_id is not distinct from founded.call_id
group by stage_key
"""
_EMBEDDING = """
select pieces.chunker_id || ' ' || vectors.embedder_id as stage_key,
    count(*) as embedding_text_count,
    coalesce(sum(4 * vectors.dimensions), 0) as embedding_bytes
from (select distinct chunker_id, text_hash from pieces) as pieces
inner join vectors using (text_hash)
where vectors.status = 'ok'
group by all
"""


def costs(
    session: duckdb.DuckDBPyConnection,
    chunks: Any,
    extracted: Any,
    embedded: Any,
    mentions: Any,
    statements: Any,
) -> dict[str, dict[str, float]]:
    """Return by metric a number for each stage key, `<chunker> <extractor or embedder>`.

    A text that several cells read is paid once and counts in each of them: what a cell would cost
    by itself is what two cells are compared by.

    Args:
        session: DuckDB connection of the build.
        chunks: `chunker_id` and `text_hash`.
        extracted: rows of `llm_knowledge__extracted` and `llm_knowledge__supplemented`.
        embedded: rows of `llm_knowledge__embedded`.
        mentions: of extracted texts, with the call that said each and how it was `found`.
        statements: the same.
    """
    pieces, answers, vectors, names, claims = chunks, extracted, embedded, mentions, statements
    assert all(one is not None for one in (pieces, answers, vectors, names, claims))  # by name
    found: dict[str, dict[str, float]] = {}
    for query in (_EXTRACTION, _EMBEDDING):
        for row in session.sql(query).to_arrow_table().to_pylist():
            stage_key = row.pop("stage_key")
            for metric, value in row.items():
                found.setdefault(metric, {})[stage_key] = float(value)
    return found
