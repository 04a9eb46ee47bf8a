-- Every generation of every cohort. A cohort that judges again has the listed essays
-- and their drafts as members, so that lineages are whole; they are never asked for it.
with

cohorts as (
    select * from {{ ref('int_experiments__cohorts_identified') }}
),

texts as (
    select * from {{ ref('int_experiments__texts_generated') }}
),

reevaluations as (
    select * from {{ ref('stg_experiments__reevaluations') }}
),

templates as (
    select * from {{ ref('stg_experiments__templates') }}
    where is_active and kind = 'evaluation'
),

models as (
    select * from {{ ref('stg_experiments__models') }}
    where for_evaluation
),

texts_by_age as (
    select
        texts.*,
        row_number() over (
            partition by texts.gen_id
            order by cohorts.landed_at desc, cohorts.cohort_id asc
        ) as age
    from texts
    inner join cohorts on texts.cohort_id = cohorts.cohort_id
),

texts_once as (
    select * from texts_by_age
    where age = 1
),

essays_again as (
    select distinct
        cohorts.cohort_id,
        texts_once.gen_id,
        texts_once.parent_gen_id
    from cohorts
    inner join reevaluations on cohorts.load_id = reevaluations.load_id
    inner join texts_once
        on reevaluations.gen_id = texts_once.gen_id and texts_once.stage = 'essay'
    where cohorts.is_reevaluation
),

lineages_again as (
    select
        essays_again.cohort_id,
        essays_again.gen_id
    from essays_again
    union
    select
        essays_again.cohort_id,
        essays_again.parent_gen_id as gen_id
    from essays_again
),

texts_of_cohorts as (
    select
        texts.*,
        false as is_lineage
    from texts
    union all
    select
        lineages_again.cohort_id,
        texts_once.gen_id,
        texts_once.stage,
        texts_once.template_id,
        texts_once.template_hash,
        texts_once.model_id,
        texts_once.endpoint,
        texts_once.provider_model,
        texts_once.parameters,
        texts_once.combo_id,
        texts_once.combo_key,
        texts_once.parent_gen_id,
        texts_once.replicate,
        true as is_lineage
    from lineages_again
    inner join texts_once on lineages_again.gen_id = texts_once.gen_id
),

cohorts_by_replicate as (
    select
        cohorts.cohort_id,
        cohorts.load_id,
        {{ each_integer(1, 'cohorts.evaluation_replicates') }} as replicate
    from cohorts
),

evaluations as (
    select
        texts_of_cohorts.cohort_id,
        {{ gen_id([
            "'evaluation'", 'templates.text_hash', 'models.endpoint',
            'models.provider_model', 'models.parameters', 'texts_of_cohorts.gen_id',
            'cohorts_by_replicate.replicate'
        ]) }} as gen_id,
        'evaluation' as stage,
        templates.template_id,
        templates.text_hash as template_hash,
        models.model_id,
        models.endpoint,
        models.provider_model,
        models.parameters,
        texts_of_cohorts.combo_id,
        texts_of_cohorts.combo_key,
        texts_of_cohorts.gen_id as parent_gen_id,
        cast(cohorts_by_replicate.replicate as bigint) as replicate,
        false as is_lineage
    from texts_of_cohorts
    inner join cohorts_by_replicate
        on texts_of_cohorts.cohort_id = cohorts_by_replicate.cohort_id
    inner join templates on cohorts_by_replicate.load_id = templates.load_id
    inner join models on cohorts_by_replicate.load_id = models.load_id
    where texts_of_cohorts.stage = 'essay'
)

select * from texts_of_cohorts
union all
select * from evaluations
