-- A lineage is perfect by the judges who gave it the highest score there is.
with

cohort_scores as (
    select * from {{ ref('int_experiments__cohort_scores_listed') }}
),

lineages_counted as (
    select
        cohort_scores.cohort_id,
        cohort_scores.essay_gen_id,
        cohort_scores.draft_gen_id,
        cohort_scores.combo_id,
        cohort_scores.draft_template_id,
        cohort_scores.essay_template_id,
        cohort_scores.generation_model_id,
        cast(count(cohort_scores.score) as bigint) as score_count,
        cast(
            count(case when cohort_scores.scaled_score >= 1 then 1 end) as bigint
        ) as top_count,
        cast({% call round_to(digits=12) %}
            avg(cohort_scores.scaled_score)
        {% endcall %} as double) as mean_share,
        min(
            case when cohort_scores.scaled_score >= 1 then cohort_scores.gen_id end
        ) as top_gen_id
    from cohort_scores
    group by
        cohort_scores.cohort_id, cohort_scores.essay_gen_id, cohort_scores.draft_gen_id,
        cohort_scores.combo_id, cohort_scores.draft_template_id,
        cohort_scores.essay_template_id, cohort_scores.generation_model_id
)

select
    lineages_counted.cohort_id,
    lineages_counted.essay_gen_id,
    lineages_counted.draft_gen_id,
    lineages_counted.top_gen_id,
    lineages_counted.combo_id,
    lineages_counted.draft_template_id,
    lineages_counted.essay_template_id,
    lineages_counted.generation_model_id,
    lineages_counted.score_count,
    lineages_counted.top_count,
    lineages_counted.mean_share,
    lineages_counted.top_count = lineages_counted.score_count as is_unanimous
from lineages_counted
where lineages_counted.top_count > 0
