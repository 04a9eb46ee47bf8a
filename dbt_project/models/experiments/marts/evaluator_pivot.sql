with

cohort_scores as (
    select * from {{ ref('int_experiments__cohort_scores_listed') }}
)

select
    cohort_scores.cohort_id,
    cohort_scores.evaluation_model_id,
    cohort_scores.evaluation_template_id,
    {{ score_summary() }},
    cast(min(cohort_scores.scaled_score) as double) as lowest_share,
    cast(max(cohort_scores.scaled_score) as double) as highest_share,
    cast(
        count(*) - count(cohort_scores.score) as double
    ) / count(*) as error_share
from cohort_scores
group by
    cohort_scores.cohort_id, cohort_scores.evaluation_model_id,
    cohort_scores.evaluation_template_id
