with

planned as (
    select * from {{ ref('int_knowledge__documents_planned') }}
),

documents as (
    select * from {{ ref('int_knowledge__documents') }}
),

members as (
    select
        planned.object_id,
        planned.version,
        planned.source,
        planned.tier,
        planned.known_from,
        planned.known_to,
        planned.sync_from,
        planned.sync_to,
        planned.withdrawn_because
    from planned
    inner join documents
        on
            planned.object_id = documents.object_id
            and planned.version = documents.version
    where documents.failure is null
)

select * from members
