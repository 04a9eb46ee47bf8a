-- Which template, model or version is better: what is shown at the same places.
select
    comparisons.cohort_id,
    comparisons.factor,
    comparisons.sentence,
    comparisons.difference,
    comparisons.low,
    comparisons.high,
    comparisons.p_adjusted
from experiments.comparisons
where comparisons.verdict in ('higher', 'lower')
order by comparisons.cohort_id asc, comparisons.factor asc, comparisons.p_adjusted asc
