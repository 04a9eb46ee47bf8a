-- The k chunks that answer a question best by its words (BM25), of documents in force.
-- What filters leave out is left out before anything is ranked. Words that more than a fifth of
-- all chunks have decide only among chunks that have a rarer one.
create or replace macro knowledge.search(
    question,
    k := 10,
    source := null,
    kind := null,
    since := null,
    until := null,
    tiers := null,
    cell := null
) as table
with

chosen as (
    select chunker_id
    from knowledge.grid_cells
    where case when cell is null then released else cell_id = cell end
    order by released desc, grid_id asc
    limit 1
),

asked as (
    select distinct unnest(knowledge.search_words(question)) as term
),

-- each tier is counted by itself: what is hidden does not weigh words
counted as (
    select
        counts.chunker_id,
        counts.term,
        sum(counts.chunk_count) as chunk_count,
        sum(counts.occurrence_count) as occurrence_count
    from knowledge.search_term_counts as counts
    inner join chosen on counts.chunker_id = chosen.chunker_id
    where
        (counts.term = '' or counts.term in (select asked.term from asked))
        and (tiers is null or list_contains(tiers, counts.tier))
    group by counts.chunker_id, counts.term
),

whole as (
    select
        counted.chunker_id,
        counted.chunk_count,
        counted.occurrence_count / greatest(counted.chunk_count, 1) as mean_length
    from counted
    where counted.term = ''
),

terms as (
    select
        counted.term,
        knowledge.search_idf(counted.chunk_count, whole.chunk_count) as idf,
        knowledge.search_is_common(
            counted.chunk_count, min(counted.chunk_count) over (), whole.chunk_count
        ) as is_common
    from counted
    inner join whole on counted.chunker_id = whole.chunker_id
    where counted.term <> ''
),

found as (
    select
        postings.chunk_id,
        sum(
            knowledge.search_score(
                terms.idf, postings.tf, postings.chunk_length, whole.mean_length
            )
        ) as score,
        bool_or(not terms.is_common) as is_candidate
    from knowledge.search_terms as postings
    inner join whole on postings.chunker_id = whole.chunker_id
    inner join terms on postings.term = terms.term
    where tiers is null or list_contains(tiers, postings.tier)
    group by postings.chunk_id
),

ranked as (
    select
        found.chunk_id,
        found.score,
        chunks.object_id,
        chunks.version,
        chunks.span_start,
        chunks.span_end,
        chunks.heading_path,
        chunks.tier,
        documents.source,
        documents.kind,
        documents.title,
        documents.uri,
        coalesce(documents.updated_at, documents.created_at) as said_at,
        substring(
            documents.text, chunks.span_start + 1, chunks.span_end - chunks.span_start
        ) as text
    from found
    inner join knowledge.chunks as chunks on found.chunk_id = chunks.chunk_id
    inner join knowledge.documents as documents
        on chunks.object_id = documents.object_id and chunks.version = documents.version
    where
        found.is_candidate
        and documents.is_current
        and (source is null or documents.source = source)
        and (kind is null or documents.kind = kind)
        and (since is null or coalesce(documents.updated_at, documents.created_at) >= since)
        and (until is null or coalesce(documents.updated_at, documents.created_at) < until)
        and (tiers is null or list_contains(tiers, chunks.tier))
    order by found.score desc, found.chunk_id asc
    limit k
)

select
    row_number() over (order by ranked.score desc, ranked.chunk_id asc) as rank,
    ranked.*
from ranked
order by rank;
