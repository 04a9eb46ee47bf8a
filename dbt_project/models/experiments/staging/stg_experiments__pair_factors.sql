{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_experiments__after_landing') }}
with

pair_factors as (
    select * from {{ source('raw_experiments', 'pair_factors') }}
),

pair_factors_renamed as (
    select
        pair_factors.load_id,
        pair_factors.source,
        pair_factors.study_version,
        pair_factors.factor
    from pair_factors
)

select * from pair_factors_renamed
