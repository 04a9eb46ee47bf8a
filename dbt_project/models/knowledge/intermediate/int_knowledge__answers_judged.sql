{{ config(materialized=as_view()) }}
-- The states of stages that ask somebody, and of the graphs that rest on the answers.
with

counted as (
    select * from {{ ref('int_knowledge__answers_counted') }}
),

members as (
    select * from {{ ref('int_knowledge__members') }}
),

cells as (
    select * from {{ ref('int_knowledge__cells') }}
),

awaited as (
    select * from {{ ref('int_knowledge__versions_awaited') }}
),

readers as (
    select distinct
        cells.chunker_id,
        cells.extractor_id
    from cells
),

-- a former version that has all its answers stands until the new one has them
standing as (
    select distinct
        members.object_id,
        'extraction' as stage,
        readers.chunker_id || ' ' || readers.extractor_id as stage_key
    from members
    cross join readers
    left join awaited
        on
            members.object_id = awaited.object_id
            and members.version = awaited.version
            and readers.chunker_id = awaited.chunker_id
            and readers.extractor_id = awaited.extractor_id
    where members.known_to is not null and awaited.version is null
),

answers_judged as (
    select
        counted.object_id,
        counted.version,
        counted.stage,
        counted.stage_key,
        case
            when counted.good = counted.asked then 'current'
            when standing.object_id is not null then 'stale'
            when counted.pending > 0 then 'pending'
            when counted.known < counted.asked then 'missing'
            else 'failed'
        end as state,
        case
            when counted.good = counted.asked then null
            when standing.object_id is not null
                then
                    'document changed, '
                    || coalesce(counted.error, 'extraction pending')
            else coalesce(counted.error, 'not asked yet')
        end as why
    from counted
    left join standing
        on
            counted.object_id = standing.object_id
            and counted.stage = standing.stage
            and counted.stage_key = standing.stage_key
),

graphs as (
    select distinct
        cells.graph_id,
        cells.chunker_id || ' ' || cells.extractor_id as stage_key
    from cells
),

-- a graph shows of a version what its extraction gave
graphs_judged as (
    select
        answers_judged.object_id,
        answers_judged.version,
        'graph' as stage,
        graphs.graph_id as stage_key,
        case
            when answers_judged.state in ('current', 'stale')
                then answers_judged.state
            else 'missing'
        end as state,
        case
            when answers_judged.state <> 'current'
                then 'extraction: ' || answers_judged.why
        end as why
    from answers_judged
    inner join graphs on answers_judged.stage_key = graphs.stage_key
    where answers_judged.stage = 'extraction'
),

states as (
    select * from answers_judged
    union all
    select * from graphs_judged
)

select * from states
