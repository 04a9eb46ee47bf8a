select 'generations: ' || stage || ', ' || status as figure, count(*) as value
from experiments.generations
group by stage, status
union all
select 'cohorts', count(*) from experiments.cohorts
union all
select 'combinations', count(*) from experiments.combos
union all
select 'scores: ' || status || ', ' || coalesce(error_code, 'read'), count(*)
from experiments.scores
group by status, error_code
union all
select 'mean share', avg(mean_share) from experiments.final_results
union all
select 'mean share of ' || role || ' ' || model_id, avg(mean_share)
from experiments.model_performance
group by role, model_id
union all
select 'agreement: ' || statistic, avg(value)
from experiments.evaluator_agreement
where value is not null
group by statistic
union all
select 'variance: ' || component, avg(share)
from experiments.variance_components
group by component
union all
select 'perfect paths', count(*) from experiments.perfect_paths
union all
select 'pairs: ' || outcome || ', ' || evaluation_model_id, count(*)
from experiments.pair_results
where cohort_id = 'all'
group by outcome, evaluation_model_id
union all
select 'win rate: ' || item_b || ' over ' || item_a || ', ' || judge, win_rate
from experiments.win_rates
where cohort_id = 'all'
