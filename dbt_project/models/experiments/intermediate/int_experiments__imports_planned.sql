-- Texts made elsewhere as essays of the cohorts that judge them: they have no draft, no
-- combination, and whoever wrote them in the place of the model.
with

cohorts as (
    select * from {{ ref('int_experiments__cohorts_identified') }}
    where not is_reevaluation
),

imports as (
    select * from {{ ref('stg_experiments__imports') }}
),

templates as (
    select * from {{ ref('stg_experiments__templates') }}
    where generator = 'import'
)

select
    cohorts.cohort_id,
    imports.gen_id,
    'essay' as stage,
    templates.template_id,
    templates.text_hash as template_hash,
    imports.writer as model_id,
    'import' as endpoint,
    imports.writer as provider_model,
    '{}' as parameters,
    cast(null as {{ dbt.type_string() }}) as combo_id,
    cast(null as {{ dbt.type_string() }}) as combo_key,
    cast(null as {{ dbt.type_string() }}) as parent_gen_id,
    cast(1 as bigint) as replicate
from cohorts
inner join imports on cohorts.load_id = imports.load_id
inner join templates on cohorts.load_id = templates.load_id
