{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_knowledge__after_landing') }}
with

decisions as (
    select * from {{ source('raw_knowledge', 'decisions') }}
),

decisions_by_age as (
    select
        decisions.*,
        row_number() over (
            partition by decisions.decision_id
            order by decisions.load_id asc
        ) as place
    from decisions
),

decisions_once as (
    select
        decisions_by_age.load_id,
        decisions_by_age.decision_id,
        decisions_by_age.kind,
        decisions_by_age.anchor,
        decisions_by_age.other_anchor,
        decisions_by_age.undoes,
        decisions_by_age.reason,
        decisions_by_age.decided_by,
        decisions_by_age.decided_at
    from decisions_by_age
    where decisions_by_age.place = 1
)

select * from decisions_once
