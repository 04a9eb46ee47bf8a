{{ config(materialized=as_view(kept=true)) }}
-- depends_on: {{ ref('gate_experiments__after_landing') }}
with

models as (
    select * from {{ source('raw_experiments', 'models') }}
),

models_renamed as (
    select
        models.load_id,
        models.source,
        models.study_version,
        models.model_id,
        models.endpoint,
        models.provider_model,
        models.parameters,
        models.extra_headers,
        models.for_generation,
        models.for_evaluation
    from models
)

select * from models_renamed
