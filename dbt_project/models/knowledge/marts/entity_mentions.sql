-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

resolved as (
    select * from {{ ref('int_knowledge__entities_resolved') }}
    where row_kind = 'anchor'
),

entity_mentions as (
    select
        resolved.resolution_id,
        resolved.entity_id,
        resolved.object_id,
        resolved.version,
        resolved.type,
        resolved.name,
        resolved.anchor,
        resolved.tier,
        resolved.mention_count
    from resolved
)

select * from entity_mentions
