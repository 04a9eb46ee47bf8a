{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_experiments__after_landing') }}
with

curated_combos as (
    select * from {{ source('raw_experiments', 'curated_combos') }}
),

curated_combos_renamed as (
    select
        curated_combos.load_id,
        curated_combos.source,
        curated_combos.study_version,
        curated_combos.concept_id,
        curated_combos.combo_number
    from curated_combos
)

select * from curated_combos_renamed
