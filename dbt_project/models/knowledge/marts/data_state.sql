-- Cells share stages: the state of a cell is that of its stage keys.
-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

planned as (
    select distinct
        documents_planned.object_id,
        documents_planned.version
    from {{ ref('int_knowledge__documents_planned') }} as documents_planned
    where documents_planned.known_to is null
),

documents as (
    select * from {{ ref('int_knowledge__documents') }}
),

cells as (
    select * from {{ ref('int_knowledge__cells') }}
),

chunks as (
    select * from {{ ref('int_knowledge__chunks') }}
),

document_states as (
    select
        planned.object_id,
        planned.version,
        'document' as stage,
        coalesce(documents.canon_version, '') as stage_key,
        case
            when documents.object_id is null then 'missing'
            when documents.failure is not null then 'failed'
            else 'current'
        end as state,
        documents.failure as why
    from planned
    left join documents
        on
            planned.object_id = documents.object_id
            and planned.version = documents.version
),

readable as (
    select
        document_states.object_id,
        document_states.version
    from document_states
    where document_states.state = 'current'
),

chunkers as (
    select distinct cells.chunker_id from cells
),

chunk_states as (
    select
        readable.object_id,
        readable.version,
        'chunks' as stage,
        chunkers.chunker_id as stage_key,
        case when count(chunks.chunk_id) = 0 then 'missing' else 'current' end as state,
        case when count(chunks.chunk_id) = 0 then 'not cut yet' end as why
    from readable
    cross join chunkers
    left join chunks
        on
            readable.object_id = chunks.object_id
            and readable.version = chunks.version
            and chunkers.chunker_id = chunks.chunker_id
    group by readable.object_id, readable.version, chunkers.chunker_id
),

-- what is kept as bytes and is no document
excluded_states as (
    select
        objects.object_id,
        substring(objects.content_hash, 1, 16) as version,
        'document' as stage,
        '' as stage_key,
        'excluded' as state,
        case
            when objects.kind = 'log_file' then 'lines of logs are events'
            else 'attachments are kept as bytes'
        end as why
    from {{ ref('int_knowledge__objects') }} as objects
    where objects.known_to is null and objects.kind in ('attachment', 'log_file')
),

states as (
    select * from document_states
    union all
    select * from chunk_states
    union all
    select * from {{ ref('int_knowledge__answers_judged') }}
    union all
    select * from excluded_states
)

select * from states
