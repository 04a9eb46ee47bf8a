{{ config(materialized=as_view()) }}
-- Mean score of each template, model and version of a template at each place: all else
-- that a score depends on. Versions are compared over all cohorts.
{%- set places = {
    'draft_template': [
        'essay_template_hash', 'generation_model_id', 'evaluation_template_hash'
    ],
    'essay_template': [
        'draft_template_hash', 'generation_model_id', 'evaluation_template_hash'
    ],
    'generation_model': [
        'draft_template_hash', 'essay_template_hash', 'evaluation_template_hash'
    ],
} %}
with

cohort_scores as (
    select * from {{ ref('int_experiments__cohort_scores_listed') }}
    where scaled_score is not null
),

combos as (
    select * from {{ ref('combos') }}
),

template_scores as (
    select * from {{ ref('int_experiments__template_scores_listed') }}
    where scaled_score is not null
),

template_versions as (
    select * from {{ ref('template_versions') }}
),

scores as (
    select * from {{ ref('scores') }}
),

scores_by_factor as (
    {%- for factor, others in places.items() %}
    {%- set item = factor ~ '_id' %}
    select
        cohort_scores.cohort_id,
        '{{ factor }}' as factor,
        '' as family,
        cohort_scores.{{ item }} as item,
        0 as version,
        cohort_scores.{{ others | join(" || ' ' || cohort_scores.") }}
        || ' ' || cohort_scores.evaluation_model_id as place,
        cohort_scores.combo_id,
        cohort_scores.scaled_score
    from cohort_scores
    union all
    {%- endfor %}
    select
        'all' as cohort_id,
        template_scores.kind || '_version' as factor,
        template_scores.template_id as family,
        template_scores.template_id || ' v'
        || cast(template_versions.version as {{ dbt.type_string() }}) as item,
        template_versions.version,
        template_scores.place,
        scores.combo_id,
        template_scores.scaled_score
    from template_scores
    inner join template_versions
        on
            template_scores.kind = template_versions.kind
            and template_scores.template_id = template_versions.template_id
            and template_scores.template_hash = template_versions.template_hash
    inner join scores on template_scores.gen_id = scores.gen_id
)

select
    scores_by_factor.cohort_id,
    scores_by_factor.factor,
    scores_by_factor.family,
    scores_by_factor.item,
    cast(scores_by_factor.version as bigint) as version,
    scores_by_factor.place || ' ' || scores_by_factor.combo_id as place,
    combos.concept_ids,
    {{ round_to('avg(scores_by_factor.scaled_score)', 12) }} as mean_share
from scores_by_factor
inner join combos on scores_by_factor.combo_id = combos.combo_id
where scores_by_factor.place is not null
group by
    scores_by_factor.cohort_id, scores_by_factor.factor, scores_by_factor.family,
    scores_by_factor.item, scores_by_factor.version, scores_by_factor.place,
    scores_by_factor.combo_id, combos.concept_ids
