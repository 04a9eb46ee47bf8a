-- How many of a version's chunks have an answer, by who was asked.
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
        case
            when extracted.status in ('ok', 'repaired') then 'ok' else extracted.status
        end as status,
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

base_counted as (
    select
        chunks.object_id,
        chunks.version,
        axes.stage,
        axes.chunker_id || ' ' || axes.axis_id as stage_key,
        count(*) as asked,
        count(answers.text_hash) as known,
        count(case when answers.status = 'ok' then 1 end) as good,
        count(case when answers.status = 'pending' then 1 end) as pending,
        min(case when answers.status <> 'ok' then answers.error end) as error
    from readable
    inner join chunks
        on
            readable.object_id = chunks.object_id
            and readable.version = chunks.version
    inner join axes on chunks.chunker_id = axes.chunker_id
    left join answers
        on
            axes.stage = answers.stage
            and axes.axis_id = answers.axis_id
            and chunks.text_hash = answers.text_hash
    group by chunks.object_id, chunks.version, axes.stage, axes.chunker_id, axes.axis_id
),

-- a type asked later is a stage key of its own
supplements_counted as (
    select
        chunks.object_id,
        chunks.version,
        axes.stage,
        axes.chunker_id || ' ' || axes.axis_id
        || ' +' || supplemented.type as stage_key,
        count(*) as asked,
        count(*) as known,
        count(case when supplemented.status in ('ok', 'repaired') then 1 end) as good,
        count(case when supplemented.status = 'pending' then 1 end) as pending,
        min(supplemented.error) as error
    from readable
    inner join chunks
        on
            readable.object_id = chunks.object_id
            and readable.version = chunks.version
    inner join axes
        on chunks.chunker_id = axes.chunker_id and axes.stage = 'extraction'
    inner join supplemented
        on
            axes.axis_id = supplemented.extractor_id
            and chunks.text_hash = supplemented.text_hash
    group by
        chunks.object_id, chunks.version, axes.stage, axes.chunker_id, axes.axis_id,
        supplemented.type
),

answers_counted as (
    select * from base_counted
    union all
    select * from supplements_counted
)

select * from answers_counted
