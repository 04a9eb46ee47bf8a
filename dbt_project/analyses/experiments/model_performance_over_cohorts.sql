-- Each model's mean share, cohort after cohort, and how far it moved.
select
    model_performance.role,
    model_performance.model_id,
    model_performance.created_at,
    model_performance.study,
    model_performance.score_count,
    round(model_performance.mean_share, 3) as mean_share,
    round(model_performance.difference, 3) as difference
from experiments.model_performance
order by
    model_performance.role, model_performance.model_id, model_performance.created_at
