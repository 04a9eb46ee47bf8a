-- The empty word stands for all chunks of a chunker: how many, and how long in all.
with

postings as (
    select * from {{ ref('search_terms') }}
),

terms_counted as (
    select
        postings.chunker_id,
        postings.term,
        count(*) as chunk_count,
        cast(sum(postings.tf) as bigint) as occurrence_count
    from postings
    group by postings.chunker_id, postings.term
),

chunks_counted as (
    select
        postings.chunker_id,
        '' as term,
        count(distinct postings.chunk_id) as chunk_count,
        cast(sum(postings.tf) as bigint) as occurrence_count
    from postings
    group by postings.chunker_id
),

counts as (
    select * from terms_counted
    union all
    select * from chunks_counted
)

select * from counts
