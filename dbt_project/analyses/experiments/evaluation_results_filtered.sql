-- Results by writing model and draft template, of chosen templates, judges and days,
-- where enough scores back them: change the four lines of `chosen_scores` and the last
-- number.
with

chosen_scores as (
    select *
    from experiments.scores
    where
        evaluation_template_id in ('novelty', 'clarity')
        and evaluation_model_id like '%'
        and judged_at >= timestamp '2020-01-01 00:00:00'
        and status = 'ok'
)

select
    chosen_scores.generation_model_id,
    chosen_scores.draft_template_id,
    chosen_scores.evaluation_template_id,
    count(*) as score_count,
    round(avg(chosen_scores.scaled_score), 3) as mean_share,
    round(stddev_samp(chosen_scores.scaled_score), 3) as share_deviation
from chosen_scores
group by
    chosen_scores.generation_model_id, chosen_scores.draft_template_id,
    chosen_scores.evaluation_template_id
having count(*) >= 5
order by mean_share desc
