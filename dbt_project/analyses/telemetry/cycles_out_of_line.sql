-- Cycles furthest from their machine's own past, newest day first.
select
    cycle_variance.cycle_date,
    cycle_variance.control_id,
    cycle_variance.cycle_id,
    cycle_variance.variance_class,
    cycle_variance.metric,
    cycle_variance.direction,
    cycle_variance.value,
    cycle_variance.baseline_median,
    cycle_variance.robust_z,
    cycle_variance.deviation_pct
from telemetry.cycle_variance
where
    cycle_variance.stage = 'all'
    and cycle_variance.variance_class in ('high', 'critical')
order by cycle_variance.cycle_date desc, abs(cycle_variance.robust_z) desc
limit 50
