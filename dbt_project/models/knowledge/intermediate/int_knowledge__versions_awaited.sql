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

first_known as (
    select
        object_id,
        version,
        min(known_from) as known_from
    from {{ ref('int_knowledge__members') }}
    group by object_id, version
),

supplements_placed as (
    select
        readers.chunker_id,
        readers.extractor_id,
        supplemented.type,
        chunks.object_id,
        chunks.version,
        first_known.known_from,
        min(
            case when supplemented.status in ('ok', 'repaired') then 1 else 0 end
        ) as is_whole
    from {{ ref('llm_knowledge__supplemented') }} as supplemented
    inner join chunks on supplemented.text_hash = chunks.text_hash
    inner join readers
        on
            chunks.chunker_id = readers.chunker_id
            and supplemented.extractor_id = readers.extractor_id
    inner join first_known
        on
            chunks.object_id = first_known.object_id
            and chunks.version = first_known.version
    group by
        readers.chunker_id, readers.extractor_id, supplemented.type,
        chunks.object_id, chunks.version, first_known.known_from
),

-- what a type asked later gave of a version is not withdrawn for lack of an answer
supplements_awaited as (
    select
        supplements_placed.chunker_id,
        supplements_placed.extractor_id,
        supplements_placed.object_id,
        supplements_placed.version
    from supplements_placed
    inner join supplements_placed as former
        on
            supplements_placed.chunker_id = former.chunker_id
            and supplements_placed.extractor_id = former.extractor_id
            and supplements_placed.type = former.type
            and supplements_placed.object_id = former.object_id
            and supplements_placed.known_from > former.known_from
    where supplements_placed.is_whole = 0 and former.is_whole = 1
),

chunks_awaited as (
    select
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
),

versions_awaited as (
    select * from chunks_awaited
    union distinct
    select * from supplements_awaited
)

select * from versions_awaited
