{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_experiments__after_landing') }}
with

reevaluations as (
    select * from {{ source('raw_experiments', 'reevaluations') }}
),

reevaluations_renamed as (
    select
        reevaluations.load_id,
        reevaluations.source,
        reevaluations.study_version,
        reevaluations.gen_id
    from reevaluations
)

select * from reevaluations_renamed
