-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

decisions as (
    select * from {{ ref('stg_knowledge__decisions') }}
    where kind <> 'ask_type'
),

undone as (
    select distinct undoes as decision_id
    from decisions
    where kind = 'undo' and undoes is not null
),

matched as (
    select
        decision_id,
        count(distinct resolution_id) as resolution_count
    from {{ ref('int_knowledge__entities_resolved') }}
    where row_kind = 'decision'
    group by decision_id
),

entity_decisions as (
    select
        decisions.decision_id,
        decisions.kind,
        decisions.anchor,
        decisions.other_anchor,
        decisions.undoes,
        decisions.reason,
        decisions.decided_by,
        undone.decision_id is null as is_in_force,
        coalesce(matched.resolution_count, 0) as matched_count,
        decisions.decided_at
    from decisions
    left join undone on decisions.decision_id = undone.decision_id
    left join matched on decisions.decision_id = matched.decision_id
)

select * from entity_decisions
