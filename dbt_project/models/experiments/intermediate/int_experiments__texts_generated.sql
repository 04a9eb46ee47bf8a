-- Drafts and essays of every cohort that writes: the full product of what a study
-- tries. The id of a generation is what was asked of whom, never the cohort it is in.
with

cohorts as (
    select * from {{ ref('int_experiments__cohorts_identified') }}
    where not is_reevaluation
),

combos as (
    select * from {{ ref('int_experiments__combos_picked') }}
),

templates as (
    select * from {{ ref('stg_experiments__templates') }}
    where is_active
),

models as (
    select * from {{ ref('stg_experiments__models') }}
    where for_generation
),

cohorts_by_replicate as (
    select
        cohorts.cohort_id,
        cohorts.load_id,
        {{ each_integer(1, 'cohorts.draft_replicates') }} as replicate
    from cohorts
),

drafts as (
    select
        cohorts_by_replicate.cohort_id,
        cohorts_by_replicate.load_id,
        cohorts_by_replicate.replicate,
        templates.template_id,
        templates.text_hash as template_hash,
        models.model_id,
        models.endpoint,
        models.provider_model,
        models.parameters,
        combos.combo_id,
        combos.combo_key,
        {{ gen_id([
            "'draft'", 'templates.text_hash', 'models.endpoint', 'models.provider_model',
            'models.parameters', 'combos.combo_id', 'combos.combo_key',
            'cohorts_by_replicate.replicate'
        ]) }} as gen_id
    from cohorts_by_replicate
    inner join combos on cohorts_by_replicate.load_id = combos.load_id
    inner join templates
        on
            cohorts_by_replicate.load_id = templates.load_id
            and templates.kind = 'draft'
    inner join models on cohorts_by_replicate.load_id = models.load_id
),

essays as (
    select
        drafts.cohort_id,
        templates.template_id,
        templates.text_hash as template_hash,
        drafts.model_id,
        drafts.endpoint,
        drafts.provider_model,
        drafts.parameters,
        drafts.combo_id,
        drafts.combo_key,
        drafts.gen_id as parent_gen_id,
        {{ gen_id([
            "'essay'", 'templates.text_hash', 'drafts.endpoint', 'drafts.provider_model',
            'drafts.parameters', 'drafts.gen_id', '1'
        ]) }} as gen_id
    from drafts
    inner join templates
        on
            drafts.load_id = templates.load_id
            and templates.kind = 'essay'
            and templates.generator <> 'import'
)

select
    drafts.cohort_id,
    drafts.gen_id,
    'draft' as stage,
    drafts.template_id,
    drafts.template_hash,
    drafts.model_id,
    drafts.endpoint,
    drafts.provider_model,
    drafts.parameters,
    drafts.combo_id,
    drafts.combo_key,
    cast(null as {{ dbt.type_string() }}) as parent_gen_id,
    cast(drafts.replicate as bigint) as replicate
from drafts
union all
select
    essays.cohort_id,
    essays.gen_id,
    'essay' as stage,
    essays.template_id,
    essays.template_hash,
    essays.model_id,
    essays.endpoint,
    essays.provider_model,
    essays.parameters,
    essays.combo_id,
    essays.combo_key,
    essays.parent_gen_id,
    cast(1 as bigint) as replicate
from essays
union all
select * from {{ ref('int_experiments__imports_planned') }}
