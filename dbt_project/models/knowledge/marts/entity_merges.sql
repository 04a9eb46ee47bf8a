-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

resolved as (
    select * from {{ ref('int_knowledge__entities_resolved') }}
    where row_kind = 'merge'
),

entity_merges as (
    select
        resolved.merge_id,
        resolved.resolution_id,
        resolved.entity_id,
        resolved.anchor,
        resolved.other_anchor,
        resolved.rule,
        resolved.decision_id,
        resolved.tier,
        resolved.score
    from resolved
)

select * from entity_merges
