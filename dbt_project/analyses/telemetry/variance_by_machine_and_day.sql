-- How many stages of each class every machine had on each day.
select
    cycle_variance.control_id,
    cycle_variance.cycle_date,
    count(*) filter (where cycle_variance.variance_class = 'normal') as normal_count,
    count(*) filter (where cycle_variance.variance_class = 'watch') as watch_count,
    count(*) filter (where cycle_variance.variance_class = 'high') as high_count,
    count(*) filter (where cycle_variance.variance_class = 'critical') as critical_count
from telemetry.cycle_variance
where cycle_variance.stage <> 'all'
group by cycle_variance.control_id, cycle_variance.cycle_date
order by cycle_variance.control_id, cycle_variance.cycle_date
