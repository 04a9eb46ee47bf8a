-- Texts made elsewhere have no combination, and no place here.
with

cohort_scores as (
    select * from {{ ref('int_experiments__cohort_scores_listed') }}
    where combo_id is not null
)

select
    cohort_scores.cohort_id,
    cohort_scores.combo_id,
    cohort_scores.draft_template_id,
    cohort_scores.essay_template_id,
    cohort_scores.generation_model_id,
    {{ score_summary() }},
    cast(count(distinct cohort_scores.essay_gen_id) as bigint) as essay_count
from cohort_scores
group by
    cohort_scores.cohort_id, cohort_scores.combo_id, cohort_scores.draft_template_id,
    cohort_scores.essay_template_id, cohort_scores.generation_model_id
