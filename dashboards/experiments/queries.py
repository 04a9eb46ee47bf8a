"""What the experiments page asks. Released tables only; values are bound parameters only."""

COHORTS = """
select
    study,
    level,
    k_max,
    combo_count,
    draft_count,
    essay_count,
    evaluation_count,
    is_current,
    is_reevaluation,
    created_at,
    cohort_id
from experiments.cohorts
order by created_at desc, cohort_id
"""

HEADLINE = """
with shown_scores as (
    select scores.status, scores.scaled_score, scores.essay_gen_id, scores.evaluation_model_id
    from experiments.scores
    where
        $cohort = 'all'
        or scores.gen_id in (
            select gen_id from experiments.membership where cohort_id = $cohort
        )
),

shown_generations as (
    select generations.status, generations.cost_usd
    from experiments.generations
    where
        $cohort = 'all'
        or generations.gen_id in (
            select gen_id from experiments.membership where cohort_id = $cohort
        )
),

shown_verdicts as (
    select pair_verdicts.status, pair_verdicts.cost_usd
    from experiments.pair_verdicts
    where
        $cohort = 'all'
        or pair_verdicts.gen_id in (
            select unnest([gen_id_ab, gen_id_ba])
            from experiments.pair_results
            where cohort_id = $cohort
        )
)

select
    (select count(distinct essay_gen_id) from shown_scores) as essay_count,
    (select count(*) from shown_scores) as evaluation_count,
    (select count(*) from shown_scores where status = 'ok') as score_count,
    (select count(distinct evaluation_model_id) from shown_scores) as judge_count,
    (select avg(scaled_score) from shown_scores) as mean_share,
    (select count(*) from shown_generations) as generation_count,
    (select count(*) from shown_generations where status = 'pending') as pending_count,
    (select sum(cost_usd) from shown_generations) as cost_usd,
    (select count(*) from shown_verdicts) as comparison_count,
    (select count(*) from shown_verdicts where status = 'pending') as comparison_pending_count,
    (select sum(cost_usd) from shown_verdicts) as comparison_cost_usd
"""

# judges are asked about pairs as of everything else; which of them a cohort sees, its results say
MATRIX = """
with members as (
    select
        membership.cohort_id,
        membership.stage,
        membership.gen_id,
        generations.status,
        generations.cost_usd
    from experiments.membership
    left join experiments.generations on membership.gen_id = generations.gen_id
    union all
    select
        pairs_of_cohorts.cohort_id,
        'comparison' as stage,
        pairs_of_cohorts.gen_id,
        pair_verdicts.status,
        pair_verdicts.cost_usd
    from (
        select cohort_id, unnest([gen_id_ab, gen_id_ba]) as gen_id
        from experiments.pair_results
    ) as pairs_of_cohorts
    inner join experiments.pair_verdicts on pairs_of_cohorts.gen_id = pair_verdicts.gen_id
),

members_seen as (
    select
        members.*,
        cohorts.study,
        cohorts.created_at,
        count(*) over (partition by members.gen_id) as cohort_count
    from members
    inner join experiments.cohorts on members.cohort_id = cohorts.cohort_id
)

select
    cohort_id,
    any_value(study) as study,
    any_value(created_at) as created_at,
    stage,
    count(*) as planned_count,
    count(*) filter (where status in ('ok', 'repaired')) as done_count,
    count(*) filter (
        where status not in ('ok', 'repaired', 'pending', 'blocked')
    ) as failed_count,
    count(*) filter (where status is null or status in ('pending', 'blocked')) as pending_count,
    count(*) filter (where cohort_count > 1) as shared_count,
    coalesce(sum(cost_usd), 0) as cost_usd
from members_seen
group by cohort_id, stage
order by created_at desc, cohort_id, stage
"""

PIVOT = """
select
    combos.alias,
    generation_pivot.combo_id,
    generation_pivot.draft_template_id,
    generation_pivot.essay_template_id,
    generation_pivot.generation_model_id,
    generation_pivot.mean_share,
    generation_pivot.mean_score,
    generation_pivot.share_deviation,
    generation_pivot.score_count,
    generation_pivot.evaluation_count,
    generation_pivot.essay_count
from experiments.generation_pivot
left join experiments.combos on generation_pivot.combo_id = combos.combo_id
where
    generation_pivot.cohort_id = $cohort
    and (
        len($templates::varchar[]) = 0
        or list_contains($templates::varchar[], generation_pivot.draft_template_id)
    )
    and (
        len($models::varchar[]) = 0
        or list_contains($models::varchar[], generation_pivot.generation_model_id)
    )
    and generation_pivot.score_count >= $least
order by generation_pivot.mean_share desc nulls last, combos.alias
"""

JUDGES = """
select
    evaluator_pivot.evaluation_model_id,
    evaluator_pivot.evaluation_template_id,
    evaluator_pivot.mean_share,
    evaluator_pivot.mean_score,
    evaluator_pivot.share_deviation,
    evaluator_pivot.lowest_share,
    evaluator_pivot.highest_share,
    evaluator_pivot.score_count,
    evaluator_pivot.evaluation_count,
    evaluator_pivot.error_share
from experiments.evaluator_pivot
where evaluator_pivot.cohort_id = $cohort
order by evaluator_pivot.evaluation_model_id, evaluator_pivot.evaluation_template_id
"""

CHOICES = """
select
    list(distinct draft_template_id order by draft_template_id) as templates,
    list(distinct generation_model_id order by generation_model_id) as models
from experiments.generation_pivot
where cohort_id = $cohort
"""

LINEAGES = """
select
    combos.alias,
    final_results.draft_template_id,
    final_results.essay_template_id,
    final_results.generation_model_id,
    final_results.mean_share,
    final_results.share_deviation,
    final_results.score_count,
    final_results.evaluation_count,
    coalesce(perfect_paths.top_count, 0) as top_count,
    final_results.combo_id,
    final_results.essay_gen_id,
    final_results.draft_gen_id,
    final_results.draft_template_hash
from experiments.final_results
left join experiments.combos on final_results.combo_id = combos.combo_id
left join experiments.perfect_paths
    on
        final_results.cohort_id = perfect_paths.cohort_id
        and final_results.essay_gen_id = perfect_paths.essay_gen_id
where
    final_results.cohort_id = $cohort
    and (
        len($templates::varchar[]) = 0
        or list_contains($templates::varchar[], final_results.draft_template_id)
    )
    and (
        len($models::varchar[]) = 0
        or list_contains($models::varchar[], final_results.generation_model_id)
    )
    and (len($combos::varchar[]) = 0 or list_contains($combos::varchar[], final_results.combo_id))
order by final_results.mean_share desc nulls last, final_results.essay_gen_id
limit 5000
"""

TEXT = """
select *
from experiments.generations
where gen_id = $gen_id
"""

EVALUATIONS = """
select
    scores.evaluation_model_id,
    scores.evaluation_template_id,
    scores.evaluation_replicate,
    scores.score,
    scores.scale_min,
    scores.scale_max,
    scores.scaled_score,
    scores.found,
    scores.reading,
    scores.status,
    scores.error_code,
    scores.error,
    scores.gen_id,
    generations.parsed,
    generations.provider,
    generations.cost_usd,
    generations.call_id
from experiments.scores
inner join experiments.generations on scores.gen_id = generations.gen_id
where
    scores.essay_gen_id = $essay_gen_id
    and (
        $cohort = 'all'
        or scores.gen_id in (
            select gen_id from experiments.membership where cohort_id = $cohort
        )
    )
order by
    scores.evaluation_template_id, scores.evaluation_model_id, scores.evaluation_replicate
"""

UNREAD = """
select
    scores.evaluation_model_id,
    scores.evaluation_template_id,
    scores.parser,
    scores.error_code,
    scores.error,
    right(generations.parsed, 300) as last_words,
    scores.gen_id
from experiments.scores
inner join experiments.generations on scores.gen_id = generations.gen_id
where
    scores.status = 'error'
    and (
        $from_date::date is null
        or cast(scores.judged_at as date) between $from_date and $to_date
    )
    and (
        $cohort = 'all'
        or scores.gen_id in (
            select gen_id from experiments.membership where cohort_id = $cohort
        )
    )
order by scores.error_code, scores.gen_id
limit 1000
"""
