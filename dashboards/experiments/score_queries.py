"""What the page asks about the scores of some days: the pivots again, of what judges said then."""

DAYS = """
select
    cast(min(scores.judged_at) as date) as first_day,
    cast(max(scores.judged_at) as date) as last_day
from experiments.scores
where
    $cohort = 'all'
    or scores.gen_id in (
        select gen_id from experiments.membership where cohort_id = $cohort
    )
"""

# as the mart `generation_pivot` has it of all days
PIVOT = """
select
    any_value(combos.alias) as alias,
    scores.combo_id,
    scores.draft_template_id,
    scores.essay_template_id,
    scores.generation_model_id,
    avg(scores.scaled_score) as mean_share,
    case
        when
            min(scores.scale_min) = max(scores.scale_min)
            and min(scores.scale_max) = max(scores.scale_max)
            then avg(scores.score)
    end as mean_score,
    stddev_samp(scores.scaled_score) as share_deviation,
    count(scores.score) as score_count,
    count(*) as evaluation_count,
    count(distinct scores.essay_gen_id) as essay_count
from experiments.scores
left join experiments.combos on scores.combo_id = combos.combo_id
where
    scores.combo_id is not null
    and cast(scores.judged_at as date) between $from_date and $to_date
    and (
        $cohort = 'all'
        or scores.gen_id in (
            select gen_id from experiments.membership where cohort_id = $cohort
        )
    )
    and (
        len($templates::varchar[]) = 0
        or list_contains($templates::varchar[], scores.draft_template_id)
    )
    and (
        len($models::varchar[]) = 0
        or list_contains($models::varchar[], scores.generation_model_id)
    )
group by
    scores.combo_id, scores.draft_template_id, scores.essay_template_id,
    scores.generation_model_id
having count(scores.score) >= $least
order by mean_share desc nulls last, alias
"""

# as the mart `evaluator_pivot` has it of all days
JUDGES = """
select
    scores.evaluation_model_id,
    scores.evaluation_template_id,
    avg(scores.scaled_score) as mean_share,
    case
        when
            min(scores.scale_min) = max(scores.scale_min)
            and min(scores.scale_max) = max(scores.scale_max)
            then avg(scores.score)
    end as mean_score,
    stddev_samp(scores.scaled_score) as share_deviation,
    min(scores.scaled_score) as lowest_share,
    max(scores.scaled_score) as highest_share,
    count(scores.score) as score_count,
    count(*) as evaluation_count,
    1 - count(scores.score) / count(*) as error_share
from experiments.scores
where
    cast(scores.judged_at as date) between $from_date and $to_date
    and (
        $cohort = 'all'
        or scores.gen_id in (
            select gen_id from experiments.membership where cohort_id = $cohort
        )
    )
group by scores.evaluation_model_id, scores.evaluation_template_id
order by scores.evaluation_model_id, scores.evaluation_template_id
"""
