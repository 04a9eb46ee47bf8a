{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_experiments__after_landing') }}
with

studies as (
    select * from {{ source('raw_experiments', 'studies') }}
),

studies_renamed as (
    select
        studies.load_id,
        studies.source,
        studies.study_version,
        studies.level,
        studies.definition,
        studies.k_max,
        studies.draft_replicates,
        studies.evaluation_replicates,
        studies.is_curated,
        studies.is_reevaluation,
        studies.landed_at
    from studies
)

select * from studies_renamed
