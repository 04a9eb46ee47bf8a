-- The empty word stands for all chunks of a chunker: how many, and how long in all.
-- Each tier is counted by itself: what weighs words tells nothing of what is hidden.
with

postings as (
    select * from {{ ref('search_terms') }}
),

terms_counted as (
    select
        postings.chunker_id,
        postings.term,
        postings.tier,
        count(*) as chunk_count,
        cast(sum(postings.tf) as bigint) as occurrence_count
    from postings
    group by postings.chunker_id, postings.term, postings.tier
),

chunks_counted as (
    select
        postings.chunker_id,
        '' as term,
        postings.tier,
        count(distinct postings.chunk_id) as chunk_count,
        cast(sum(postings.tf) as bigint) as occurrence_count
    from postings
    group by postings.chunker_id, postings.tier
),

counts as (
    select * from terms_counted
    union all
    select * from chunks_counted
)

select * from counts
