"""Queries of the heat map: classes by control and day, and the stages behind a cell."""

VARIANCE_MAP = """
with issue_days as (
    select
        control_id,
        issue_date,
        max(case severity when 'critical' then 3 when 'high' then 2 else 1 end) as class_rank
    from telemetry.issues
    group by control_id, issue_date
)

-- a day with an issue is never normal, whatever each stage by itself looks like
select
    cycle_variance.control_id,
    cycle_variance.cycle_date,
    count(distinct cycle_variance.cycle_id) as cycle_count,
    count(distinct cycle_variance.cycle_id)
        filter (where cycle_variance.variance_class in ('high', 'critical')) as abnormal_count,
    max(abs(cycle_variance.robust_z)) as worst_z,
    case greatest(
        max(case cycle_variance.variance_class when 'critical' then 3 when 'high' then 2
            when 'watch' then 1 when 'normal' then 0 else -1 end),
        max(issue_days.class_rank)
    )
        when 3 then 'critical' when 2 then 'high' when 1 then 'watch' when 0 then 'normal'
        else 'insufficient_history' end as variance_class
from telemetry.cycle_variance
left join issue_days
    on cycle_variance.control_id = issue_days.control_id
    and cycle_variance.cycle_date = issue_days.issue_date
where
    cycle_variance.cycle_date between $from_date and $to_date
    and (
        len($controls::varchar[]) = 0
        or list_contains($controls::varchar[], cycle_variance.control_id)
    )
group by cycle_variance.control_id, cycle_variance.cycle_date
order by cycle_variance.control_id, cycle_variance.cycle_date
"""

UNJUDGED_SERIES = """
select distinct control_id
from telemetry.point_anomalies
where
    reading_date between $from_date and $to_date
    and (
        len($controls::varchar[]) = 0
        or list_contains($controls::varchar[], control_id)
    )
order by control_id
"""

VARIANCE_ROWS = """
select
    control_id,
    cycle_id,
    started_at,
    stage,
    variance_class,
    metric,
    direction,
    value,
    baseline_median,
    robust_z,
    deviation_pct,
    coefficient_of_variation,
    drift_z,
    cycle_date
from telemetry.cycle_variance
where
    cycle_date between $from_date and $to_date
    and (
        len($controls::varchar[]) = 0
        or list_contains($controls::varchar[], control_id)
    )
order by abs(robust_z) desc nulls last, started_at
limit 2000
"""
