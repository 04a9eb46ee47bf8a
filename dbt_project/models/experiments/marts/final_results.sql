with

cohort_scores as (
    select * from {{ ref('int_experiments__cohort_scores_listed') }}
)

select
    cohort_scores.cohort_id,
    cohort_scores.essay_gen_id,
    cohort_scores.draft_gen_id,
    cohort_scores.combo_id,
    cohort_scores.draft_template_id,
    cohort_scores.draft_template_hash,
    cohort_scores.essay_template_id,
    cohort_scores.essay_template_hash,
    cohort_scores.generation_model_id,
    cohort_scores.draft_replicate,
    {{ score_summary() }},
    cast(min(cohort_scores.scaled_score) as double) as lowest_share,
    cast(max(cohort_scores.scaled_score) as double) as highest_share,
    cast(
        count(distinct cohort_scores.evaluation_model_id) as bigint
    ) as evaluator_count,
    max(cohort_scores.judged_at) as last_judged_at
from cohort_scores
group by
    cohort_scores.cohort_id, cohort_scores.essay_gen_id, cohort_scores.draft_gen_id,
    cohort_scores.combo_id, cohort_scores.draft_template_id,
    cohort_scores.draft_template_hash, cohort_scores.essay_template_id,
    cohort_scores.essay_template_hash, cohort_scores.generation_model_id,
    cohort_scores.draft_replicate
