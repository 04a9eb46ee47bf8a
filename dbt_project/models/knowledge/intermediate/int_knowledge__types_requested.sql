{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_knowledge__after_staging') }}
-- Types to ask for beside those an extractor knows: requests, and what a run names.
with

decisions as (
    select * from {{ ref('stg_knowledge__decisions') }}
),

types_named as (
    select substring(decisions.anchor, 6) as type
    from decisions
    left join decisions as undoing on decisions.decision_id = undoing.undoes
    where decisions.kind = 'ask_type' and undoing.decision_id is null
    {%- for name in listed_variable('knowledge_type') %}
    union all
    select {{ name }} as type
    {%- endfor %}
),

types_requested as (
    select distinct
        types_named.type,
        {{ in_slice({'knowledge_type': 'types_named.type'}) }} as is_asked_now
    from types_named
)

select * from types_requested
