-- Scores of the texts about a concept, or about any concept with a tag, beside those of
-- all other texts of the same cohort.
with

cohort_scores as (
    select * from {{ ref('int_experiments__cohort_scores_listed') }}
),

combos as (
    select * from {{ ref('combos') }}
),

combos_by_concept as (
    select
        combos.combo_id,
        {{ json_elements('combos.concepts') }} as concept
    from combos
),

combos_by_tag as (
    select
        combos_by_concept.combo_id,
        {{ json_elements(json_text('combos_by_concept.concept', 'tags')) }} as tag
    from combos_by_concept
),

combos_grouped as (
    select
        combos_by_concept.combo_id,
        'concept' as kind,
        {{ json_text('combos_by_concept.concept', 'id') }} as name
    from combos_by_concept
    union
    select
        combos_by_tag.combo_id,
        'tag' as kind,
        {{ json_plain('combos_by_tag.tag') }} as name
    from combos_by_tag
),

cohorts_scored as (
    select
        cohort_scores.cohort_id,
        count(cohort_scores.scaled_score) as score_count,
        {{ round_to('sum(cohort_scores.scaled_score)', 9) }} as share_sum
    from cohort_scores
    group by cohort_scores.cohort_id
),

groups_scored as (
    select
        cohort_scores.cohort_id,
        combos_grouped.kind,
        combos_grouped.name,
        count(distinct cohort_scores.combo_id) as combo_count,
        {{ score_summary() }},
        {{ round_to('sum(cohort_scores.scaled_score)', 9) }} as share_sum
    from cohort_scores
    inner join combos_grouped on cohort_scores.combo_id = combos_grouped.combo_id
    group by cohort_scores.cohort_id, combos_grouped.kind, combos_grouped.name
),

groups_compared as (
    select
        groups_scored.*,
        cohorts_scored.score_count - groups_scored.score_count as other_count,
        (cohorts_scored.share_sum - coalesce(groups_scored.share_sum, 0))
        / nullif(cohorts_scored.score_count - groups_scored.score_count, 0)
            as other_share
    from groups_scored
    inner join cohorts_scored on groups_scored.cohort_id = cohorts_scored.cohort_id
)

select
    groups_compared.cohort_id,
    groups_compared.kind,
    groups_compared.name,
    cast(groups_compared.combo_count as bigint) as combo_count,
    groups_compared.evaluation_count,
    groups_compared.score_count,
    groups_compared.mean_share,
    groups_compared.mean_score,
    groups_compared.share_deviation,
    cast(groups_compared.other_count as bigint) as other_count,
    cast({{ round_to('groups_compared.other_share', 9) }} as double) as other_share,
    cast(
        {% call round_to(digits=9) %}
            groups_compared.mean_share - groups_compared.other_share
        {% endcall %} as double
    ) as difference
from groups_compared
