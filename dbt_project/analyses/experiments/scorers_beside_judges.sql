-- Do texts that keep to the rules please the judges: each scorer beside their mean.
select
    scorer_scores.cohort_id,
    scorer_scores.scorer_id,
    scorer_scores.kind,
    scorer_scores.argument,
    count(*) as text_count,
    round(avg(scorer_scores.share), 3) as mean_share,
    round(avg(scorer_scores.value), 3) as mean_value,
    round(
        avg(case when scorer_scores.share >= 0.5 then scorer_scores.judge_share end), 3
    ) as judge_share_where_met,
    round(
        avg(case when scorer_scores.share < 0.5 then scorer_scores.judge_share end), 3
    ) as judge_share_elsewhere
from experiments.scorer_scores
group by
    scorer_scores.cohort_id, scorer_scores.scorer_id, scorer_scores.kind,
    scorer_scores.argument
order by scorer_scores.cohort_id asc, scorer_scores.scorer_id asc
