{{ config(materialized=as_view()) }}
-- A score once for each of the three templates that led to it, beside what else it
-- depends on: `place` names everything but the template, so that versions are compared
-- at the same places.
with

scores as (
    select * from {{ ref('scores') }}
),

scores_by_kind as (
    select
        'draft' as kind,
        scores.draft_template_id as template_id,
        scores.draft_template_hash as template_hash,
        scores.essay_template_id || ' '
        || scores.evaluation_template_id as other_templates,
        scores.gen_id
    from scores
    union all
    select
        'essay' as kind,
        scores.essay_template_id as template_id,
        scores.essay_template_hash as template_hash,
        scores.draft_template_id || ' '
        || scores.evaluation_template_id as other_templates,
        scores.gen_id
    from scores
    union all
    select
        'evaluation' as kind,
        scores.evaluation_template_id as template_id,
        scores.evaluation_template_hash as template_hash,
        scores.draft_template_id || ' ' || scores.essay_template_id as other_templates,
        scores.gen_id
    from scores
)

select
    scores_by_kind.kind,
    scores_by_kind.template_id,
    scores_by_kind.template_hash,
    scores.gen_id,
    scores_by_kind.other_templates || ' ' || scores.combo_id || ' '
    || scores.generation_model_id || ' ' || scores.evaluation_model_id as place,
    scores.scaled_score,
    scores.judged_at
from scores_by_kind
inner join scores on scores_by_kind.gen_id = scores.gen_id
