-- The k chunks that answered a question best by their words (BM25) at a moment: of the versions
-- that were in force as far as was known then. Words are counted anew, by the chunks of that
-- moment alone, so that nothing learnt later weighs in; that takes longer than `search`.
create or replace macro knowledge.search_as_of(
    question,
    known,
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

pieces as (
    select
        chunks.chunk_id,
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
    from knowledge.chunks as chunks
    inner join chosen on chunks.chunker_id = chosen.chunker_id
    inner join knowledge.corpus_members as members
        on chunks.object_id = members.object_id and chunks.version = members.version
    inner join knowledge.documents as documents
        on chunks.object_id = documents.object_id and chunks.version = documents.version
    where
        members.known_from <= cast(known as timestamp)
        and (members.known_to is null or members.known_to > cast(known as timestamp))
        and (tiers is null or list_contains(tiers, chunks.tier))
),

words as (
    select
        pieces.chunk_id,
        unnest(knowledge.search_words(pieces.text)) as term
    from pieces
),

postings as (
    select
        words.chunk_id,
        words.term,
        count(*) as tf,
        sum(count(*)) over (partition by words.chunk_id) as chunk_length
    from words
    group by words.chunk_id, words.term
),

whole as (
    select
        count(distinct postings.chunk_id) as chunk_count,
        sum(postings.tf) / greatest(count(distinct postings.chunk_id), 1) as mean_length
    from postings
),

terms as (
    select
        postings.term,
        knowledge.search_idf(count(*), any_value(whole.chunk_count)) as idf,
        knowledge.search_is_common(
            count(*), min(count(*)) over (), any_value(whole.chunk_count)
        ) as is_common
    from postings
    inner join asked on postings.term = asked.term
    cross join whole
    group by postings.term
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
    from postings
    inner join terms on postings.term = terms.term
    cross join whole
    group by postings.chunk_id
),

ranked as (
    select
        found.score,
        pieces.*
    from found
    inner join pieces on found.chunk_id = pieces.chunk_id
    where
        found.is_candidate
        and (source is null or pieces.source = source)
        and (kind is null or pieces.kind = kind)
        and (since is null or pieces.said_at >= since)
        and (until is null or pieces.said_at < until)
    order by found.score desc, found.chunk_id asc
    limit k
)

select
    row_number() over (order by ranked.score desc, ranked.chunk_id asc) as rank,
    ranked.*
from ranked
order by rank;
