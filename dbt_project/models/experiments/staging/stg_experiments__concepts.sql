{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_experiments__after_landing') }}
with

concepts as (
    select * from {{ source('raw_experiments', 'concepts') }}
),

concepts_renamed as (
    select
        concepts.load_id,
        concepts.source,
        concepts.study_version,
        concepts.concept_id,
        concepts.name,
        concepts.level,
        concepts.description,
        concepts.tags,
        concepts.length,
        concepts.origin,
        concepts.is_active
    from concepts
)

select * from concepts_renamed
