{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_experiments__after_landing') }}
with

scorers as (
    select * from {{ source('raw_experiments', 'scorers') }}
),

scorers_renamed as (
    select
        scorers.load_id,
        scorers.source,
        scorers.study_version,
        scorers.scorer_id,
        scorers.kind,
        scorers.argument,
        scorers.lowest,
        scorers.highest,
        scorers.scorer_hash,
        scorers.is_active
    from scorers
)

select * from scorers_renamed
