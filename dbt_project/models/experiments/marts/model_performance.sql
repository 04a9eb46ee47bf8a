-- How each model did in each cohort, in the order cohorts came: as writer, and as
-- judge.
with

cohort_scores as (
    select * from {{ ref('int_experiments__cohort_scores_listed') }}
),

cohorts as (
    select * from {{ ref('cohorts') }}
),

scores_by_role as (
    select
        cohort_scores.cohort_id,
        'writer' as role,
        cohort_scores.generation_model_id as model_id,
        cohort_scores.gen_id,
        cohort_scores.scaled_score
    from cohort_scores
    union all
    select
        cohort_scores.cohort_id,
        'judge' as role,
        cohort_scores.evaluation_model_id as model_id,
        cohort_scores.gen_id,
        cohort_scores.scaled_score
    from cohort_scores
),

models_scored as (
    select
        scores_by_role.cohort_id,
        scores_by_role.role,
        scores_by_role.model_id,
        count(*) as evaluation_count,
        count(scores_by_role.scaled_score) as score_count,
        {{ round_to('avg(scores_by_role.scaled_score)', 12) }} as mean_share,
        {% call round_to(digits=12) %}
            stddev_samp(scores_by_role.scaled_score)
        {% endcall %} as share_deviation
    from scores_by_role
    group by
        scores_by_role.cohort_id, scores_by_role.role, scores_by_role.model_id
)

select
    models_scored.cohort_id,
    cohorts.study,
    models_scored.role,
    models_scored.model_id,
    cast(models_scored.evaluation_count as bigint) as evaluation_count,
    cast(models_scored.score_count as bigint) as score_count,
    cast(models_scored.mean_share as double) as mean_share,
    cast(models_scored.share_deviation as double) as share_deviation,
    cast(
        models_scored.mean_share - lag(models_scored.mean_share) over (
            partition by models_scored.role, models_scored.model_id
            order by cohorts.created_at, models_scored.cohort_id
        ) as double
    ) as difference,
    cohorts.created_at
from models_scored
inner join cohorts on models_scored.cohort_id = cohorts.cohort_id
