-- An evaluation that waits for its answer has no row yet; one that gave no score is an
-- error row.
with

generations as (
    select * from {{ ref('generations') }}
),

scores_parsed as (
    select * from {{ ref('int_experiments__scores_parsed') }}
),

evaluations as (
    select * from generations
    where stage = 'evaluation'
),

essays as (
    select * from generations
    where stage = 'essay'
),

drafts as (
    select * from generations
    where stage = 'draft'
)

select
    evaluations.gen_id,
    evaluations.combo_id,
    essays.parent_gen_id as draft_gen_id,
    evaluations.parent_gen_id as essay_gen_id,
    drafts.template_id as draft_template_id,
    drafts.template_hash as draft_template_hash,
    essays.template_id as essay_template_id,
    essays.template_hash as essay_template_hash,
    evaluations.template_id as evaluation_template_id,
    evaluations.template_hash as evaluation_template_hash,
    coalesce(drafts.model_id, essays.model_id) as generation_model_id,
    evaluations.model_id as evaluation_model_id,
    evaluations.parser,
    scores_parsed.status,
    scores_parsed.error_code,
    scores_parsed.error,
    scores_parsed.reading,
    scores_parsed.found,
    cast(drafts.replicate as bigint) as draft_replicate,
    cast(evaluations.replicate as bigint) as evaluation_replicate,
    scores_parsed.score,
    scores_parsed.raw_score,
    scores_parsed.second_score,
    cast(
        (scores_parsed.score - evaluations.scale_min)
        / nullif(evaluations.scale_max - evaluations.scale_min, 0) as double
    ) as scaled_score,
    evaluations.scale_min,
    evaluations.scale_max,
    coalesce(drafts.asked_at, essays.asked_at) as written_at,
    evaluations.asked_at as judged_at
from scores_parsed
inner join evaluations on scores_parsed.gen_id = evaluations.gen_id
left join essays on evaluations.parent_gen_id = essays.gen_id
left join drafts on essays.parent_gen_id = drafts.gen_id
