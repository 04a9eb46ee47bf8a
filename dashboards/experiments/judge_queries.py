"""What the experiments page asks about agreement, variance, versions and models over time."""

AGREEMENT = """
select
    evaluator_a,
    evaluator_b,
    statistic,
    value,
    low,
    high,
    n,
    reason
from experiments.evaluator_agreement
where cohort_id = $cohort
order by evaluator_a = 'all' desc, evaluator_a, evaluator_b, statistic
"""

# scores of judges for the same essay under the same template, side by side
JUDGED_TWICE = """
with unit_scores as (
    select
        scores.essay_gen_id,
        scores.evaluation_template_id,
        scores.evaluation_model_id,
        avg(scores.scaled_score) as share
    from experiments.scores
    where
        scores.scaled_score is not null
        and (
            $cohort = 'all'
            or scores.gen_id in (
                select gen_id from experiments.membership where cohort_id = $cohort
            )
        )
    group by
        scores.essay_gen_id, scores.evaluation_template_id, scores.evaluation_model_id
)

select
    first_judge.share as share_a,
    second_judge.share as share_b,
    first_judge.evaluation_template_id,
    count(*) as essay_count
from unit_scores as first_judge
inner join unit_scores as second_judge
    on
        first_judge.essay_gen_id = second_judge.essay_gen_id
        and first_judge.evaluation_template_id = second_judge.evaluation_template_id
where
    first_judge.evaluation_model_id = $judge_a
    and second_judge.evaluation_model_id = $judge_b
group by share_a, share_b, first_judge.evaluation_template_id
order by share_a, share_b
"""

VARIANCE = """
select
    component,
    share,
    variance,
    estimate,
    df,
    n
from experiments.variance_components
where cohort_id = $cohort
order by variance desc nulls last
"""

VARIANCE_BY_COHORT = """
select
    variance_components.cohort_id,
    coalesce(cohorts.study, 'all cohorts') as study,
    variance_components.component,
    variance_components.share,
    variance_components.variance,
    variance_components.df
from experiments.variance_components
left join experiments.cohorts on variance_components.cohort_id = cohorts.cohort_id
where variance_components.share is not null
order by cohorts.created_at desc nulls first, variance_components.component
"""

VERSIONS = """
select
    kind,
    template_id,
    version,
    left(template_hash, 12) as template_hash,
    mean_share,
    difference,
    place_count,
    n,
    first_seen_at
from experiments.template_versions
order by kind, template_id, version
"""

MODELS_OVER_TIME = """
select
    role,
    model_id,
    study,
    cohort_id,
    mean_share,
    difference,
    share_deviation,
    score_count,
    evaluation_count,
    created_at
from experiments.model_performance
order by role, model_id, created_at
"""
