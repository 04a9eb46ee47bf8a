-- A model asked with other parameters, or elsewhere, is another row.
with

models as (
    select * from {{ ref('stg_experiments__models') }}
),

versions as (
    select * from {{ ref('int_experiments__versions_listed') }}
),

models_by_age as (
    {{ newest_of_versions('models', [
        'models.source', 'models.model_id', 'models.endpoint',
        'models.provider_model', 'models.parameters'
    ]) }}
)

select
    models_by_age.source as study,
    models_by_age.model_id,
    models_by_age.endpoint,
    models_by_age.provider_model,
    models_by_age.parameters,
    models_by_age.for_generation,
    models_by_age.for_evaluation,
    models_by_age.is_current,
    models_by_age.study_version,
    cast(models_by_age.first_landed_at as timestamp) as first_landed_at
from models_by_age
where models_by_age.age = 1
