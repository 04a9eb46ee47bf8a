-- What scorers say of texts, beside what the cohort's judges say of the same.
with

scorings as (
    select * from {{ ref('int_experiments__scorings_listed') }}
),

texts_scored as (
    select * from {{ ref('int_experiments__texts_scored') }}
),

final_results as (
    select * from {{ ref('final_results') }}
),

generations as (
    select * from {{ ref('generations') }}
)

select
    scorings.cohort_id,
    scorings.gen_id as essay_gen_id,
    scorings.scorer_id,
    scorings.scorer_hash,
    scorings.kind,
    scorings.argument,
    scorings.lowest,
    scorings.highest,
    essays.combo_id,
    drafts.template_id as draft_template_id,
    essays.template_id as essay_template_id,
    coalesce(drafts.model_id, essays.model_id) as generation_model_id,
    cast(texts_scored.status as {{ dbt.type_string() }}) as status,
    cast(texts_scored.error as {{ dbt.type_string() }}) as error,
    cast(texts_scored.value as double) as value,
    cast(texts_scored.share as double) as share,
    final_results.mean_share as judge_share,
    coalesce(final_results.score_count, 0) as judge_score_count
from scorings
inner join texts_scored
    on
        scorings.gen_id = texts_scored.gen_id
        and scorings.scorer_hash = texts_scored.scorer_hash
inner join generations as essays on scorings.gen_id = essays.gen_id
left join generations as drafts on essays.parent_gen_id = drafts.gen_id
left join final_results
    on
        scorings.cohort_id = final_results.cohort_id
        and scorings.gen_id = final_results.essay_gen_id
