with

cohort_scores as (
    select * from {{ ref('int_experiments__cohort_scores_listed') }}
)

select
    cohort_scores.cohort_id,
    cohort_scores.combo_id,
    cohort_scores.draft_template_id,
    cohort_scores.essay_template_id,
    cohort_scores.generation_model_id,
    cast(count(*) as bigint) as evaluation_count,
    cast(count(cohort_scores.score) as bigint) as score_count,
    cast(round(avg(cohort_scores.scaled_score), 12) as double) as mean_share,
    cast(
        case
            when
                min(cohort_scores.scale_min) = max(cohort_scores.scale_min)
                and min(cohort_scores.scale_max) = max(cohort_scores.scale_max)
                then round(avg(cohort_scores.score), 12)
        end as double
    ) as mean_score,
    cast(
        round(stddev_samp(cohort_scores.scaled_score), 12) as double
    ) as share_deviation,
    cast(count(distinct cohort_scores.essay_gen_id) as bigint) as essay_count
from cohort_scores
group by
    cohort_scores.cohort_id, cohort_scores.combo_id, cohort_scores.draft_template_id,
    cohort_scores.essay_template_id, cohort_scores.generation_model_id
