-- How many chunks of a version have an answer, by who was asked (later types apart).
with

members as (
    select * from {{ ref('int_knowledge__members') }}
),

cells as (
    select * from {{ ref('int_knowledge__cells') }}
),

chunks as (
    select * from {{ ref('int_knowledge__chunks') }}
),

embedded as (
    select * from {{ ref('llm_knowledge__embedded') }}
),

extracted as (
    select * from {{ ref('llm_knowledge__extracted') }}
),

supplemented as (
    select * from {{ ref('llm_knowledge__supplemented') }}
),

readable as (
    select distinct
        members.object_id,
        members.version
    from members
    where members.known_to is null
),

answers as (
    select
        'embeddings' as stage,
        embedded.embedder_id as axis_id,
        embedded.text_hash,
        embedded.status,
        embedded.error
    from embedded
    union all
    select
        'extraction' as stage,
        extracted.extractor_id as axis_id,
        extracted.text_hash,
        extracted.status,
        extracted.error
    from extracted
),

axes as (
    select distinct
        'embeddings' as stage,
        cells.chunker_id,
        cells.embedder_id as axis_id
    from cells
    union all
    select distinct
        'extraction' as stage,
        cells.chunker_id,
        cells.extractor_id as axis_id
    from cells
),

-- Sail loses a column of axes whose stage is a constant
readers as (
    select distinct
        cells.chunker_id,
        cells.extractor_id
    from cells
),

base_counted as (
    select
        chunks.object_id,
        chunks.version,
        axes.stage,
        axes.chunker_id || ' ' || axes.axis_id as stage_key,
        count(*) as asked,
        count(answers.text_hash) as known,
        count(case when answers.status in ('ok', 'repaired') then 1 end) as good,
        count(case when answers.status = 'pending' then 1 end) as pending,
        min(answers.error)
        filter (where answers.status not in ('ok', 'repaired')) as error
    from readable
    inner join chunks
        on readable.object_id = chunks.object_id and readable.version = chunks.version
    inner join axes on chunks.chunker_id = axes.chunker_id
    left join answers
        on
            axes.stage = answers.stage and axes.axis_id = answers.axis_id
            and chunks.text_hash = answers.text_hash
    group by chunks.object_id, chunks.version, axes.stage, axes.chunker_id, axes.axis_id
),

supplements_counted as (
    select
        chunks.object_id,
        chunks.version,
        'extraction' as stage,
        readers.chunker_id || ' ' || readers.extractor_id
        || ' +' || supplemented.type as stage_key,
        count(*) as asked,
        count(*) as known,
        count(case when supplemented.status in ('ok', 'repaired') then 1 end) as good,
        count(case when supplemented.status = 'pending' then 1 end) as pending,
        min(supplemented.error) as error
    from readable
    inner join chunks
        on readable.object_id = chunks.object_id and readable.version = chunks.version
    inner join readers on chunks.chunker_id = readers.chunker_id
    inner join supplemented
        on
            readers.extractor_id = supplemented.extractor_id
            and chunks.text_hash = supplemented.text_hash
    group by
        chunks.object_id, chunks.version, readers.chunker_id, readers.extractor_id,
        supplemented.type
),

answers_counted as (
    select * from base_counted
    union all
    select * from supplements_counted
)

select * from answers_counted
