-- Which names stand in which version of a document, as a chunker and an extractor show it.
with

mentions as (
    select * from {{ ref('int_knowledge__mentions') }}
    where found <> 'unfounded'
),

chunks as (
    select * from {{ ref('int_knowledge__chunks') }}
),

readers as (
    select distinct
        chunker_id,
        extractor_id
    from {{ ref('int_knowledge__cells') }}
),

mentions_placed as (
    select
        readers.chunker_id,
        readers.extractor_id,
        chunks.object_id,
        chunks.version,
        lower(mentions.type) as type,
        mentions.name,
        count(distinct chunks.span_start + mentions.span_start) as mention_count
    from mentions
    inner join chunks on mentions.text_hash = chunks.text_hash
    inner join readers
        on
            chunks.chunker_id = readers.chunker_id
            and mentions.extractor_id = readers.extractor_id
    group by
        readers.chunker_id,
        readers.extractor_id,
        chunks.object_id,
        chunks.version,
        lower(mentions.type),
        mentions.name
)

select * from mentions_placed
