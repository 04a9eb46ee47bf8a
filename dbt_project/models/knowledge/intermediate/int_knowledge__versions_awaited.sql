{{ config(materialized=as_view()) }}
-- Versions with a chunk that has no usable answer yet: the version before them stands.
with

chunks as (
    select * from {{ ref('int_knowledge__chunks') }}
),

readers as (
    select distinct
        chunker_id,
        extractor_id
    from {{ ref('int_knowledge__cells') }}
),

answered as (
    select
        text_hash,
        extractor_id
    from {{ ref('llm_knowledge__extracted') }}
    where status in ('ok', 'repaired')
),

versions_awaited as (
    select distinct
        readers.chunker_id,
        readers.extractor_id,
        chunks.object_id,
        chunks.version
    from chunks
    inner join readers on chunks.chunker_id = readers.chunker_id
    left join answered
        on
            chunks.text_hash = answered.text_hash
            and readers.extractor_id = answered.extractor_id
    where answered.text_hash is null
)

select * from versions_awaited
