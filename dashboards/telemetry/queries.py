"""What the telemetry page asks about readings, cycles and baselines.

Released tables only; values are bound parameters only.
"""

SPAN = """
select
    min(cycle_date) as first_date,
    max(cycle_date) as last_date
from telemetry.cycles
"""

CONTROLS = """
select
    cycles.control_id,
    any_value(cycles.source) as source,
    count(*) as cycle_count
from telemetry.cycles
group by cycles.control_id
order by cycles.control_id
"""

HEADLINE = """
with shown_cycles as (
    select cycle_id, is_valid, energy_wh
    from telemetry.cycles
    where
        cycle_date between $from_date and $to_date
        and (
            len($controls::varchar[]) = 0
            or list_contains($controls::varchar[], control_id)
        )
),

abnormal_cycles as (
    select
        cycle_id,
        bool_or(variance_class = 'critical') as is_critical
    from telemetry.cycle_variance
    where
        cycle_date between $from_date and $to_date
        and variance_class in ('high', 'critical')
        and (
            len($controls::varchar[]) = 0
            or list_contains($controls::varchar[], control_id)
        )
    group by cycle_id
),

shown_issues as (
    select issue_id, severity
    from telemetry.issues
    where
        issue_date between $from_date and $to_date
        and (
            len($controls::varchar[]) = 0
            or list_contains($controls::varchar[], control_id)
        )
)

select
    (select count(*) from shown_cycles) as cycle_count,
    (select count(*) from shown_cycles where is_valid) as valid_count,
    (select sum(energy_wh) from shown_cycles) as energy_wh,
    (select count(*) from abnormal_cycles) as abnormal_count,
    (select count(*) from abnormal_cycles where is_critical) as critical_cycle_count,
    (select count(*) from shown_issues) as issue_count,
    (select count(*) from shown_issues where severity = 'critical') as critical_issue_count
"""

# a bucket's mean alone would hide the peak an engineer looks for, so low and high travel with it
READINGS = """
with buckets as (
    select
        time_bucket(to_microseconds($bucket_us::bigint), reading_at) as bucket_at,
        count(*) as reading_count,
        avg(power_w) as power_w,
        min(power_w) as low_power_w,
        max(power_w) as high_power_w,
        avg(temperature_c) as temperature_c,
        max(temperature_c) as high_temperature_c
    from telemetry.readings
    where
        control_id = $control_id
        and reading_date between $from_date and $to_date
        and reading_at >= $from_at::timestamp
        and reading_at < $to_at::timestamp
    group by bucket_at
),

buckets_after_gaps as (
    select
        *,
        coalesce(
            date_diff('microsecond', lag(bucket_at) over (order by bucket_at), bucket_at)
            > 4 * $bucket_us::bigint,
            false
        ) as is_after_gap
    from buckets
)

select
    bucket_at,
    reading_count,
    power_w,
    low_power_w,
    high_power_w,
    temperature_c,
    high_temperature_c,
    sum(is_after_gap::int) over (order by bucket_at) as unbroken_part
from buckets_after_gaps
order by bucket_at
"""

READING_SPAN = """
select
    min(started_at) as first_at,
    max(ended_at) as last_at
from telemetry.cycles
where control_id = $control_id and cycle_date between $from_date and $to_date
"""

CYCLES = """
with worst_stages as (
    select
        cycle_id,
        max(case variance_class when 'critical' then 3 when 'high' then 2 when 'watch' then 1
            when 'normal' then 0 else -1 end) as class_rank,
        max(abs(robust_z)) as worst_z
    from telemetry.cycle_variance
    where control_id = $control_id and cycle_date between $from_date and $to_date
    group by cycle_id
),

issue_cycles as (
    select
        unnest(cycle_ids) as cycle_id,
        case severity when 'critical' then 3 when 'high' then 2 else 1 end as class_rank
    from telemetry.issues
    where control_id = $control_id and issue_date between $from_date and $to_date
),

worst_issues as (
    select cycle_id, max(class_rank) as class_rank from issue_cycles group by cycle_id
)

-- a cycle that an issue names is never normal, whatever each stage by itself looks like
select
    cycles.cycle_id,
    cycles.started_at,
    cycles.ended_at,
    case greatest(worst_stages.class_rank, worst_issues.class_rank)
        when 3 then 'critical' when 2 then 'high' when 1 then 'watch' when 0 then 'normal'
        else 'insufficient_history' end as variance_class,
    worst_stages.worst_z,
    cycles.duration_s,
    cycles.energy_wh,
    cycles.mean_power_w,
    cycles.max_power_w,
    cycles.mean_temperature_c,
    cycles.is_valid,
    cycles.stage_sequence,
    cycles.cycle_date
from telemetry.cycles
left join worst_stages on cycles.cycle_id = worst_stages.cycle_id
left join worst_issues on cycles.cycle_id = worst_issues.cycle_id
where
    cycles.control_id = $control_id
    and cycles.cycle_date between $from_date and $to_date
order by cycles.started_at desc
limit 2000
"""

STAGES = """
select cycle_id, stage, started_at, ended_at, duration_s, mean_power_w
from telemetry.cycle_stages
where control_id = $control_id and cycle_date between $from_date and $to_date
order by started_at
limit 4000
"""

CURVE = """
select stage, point, relative_time, power_w, temperature_c
from telemetry.stage_curves
where cycle_id = $cycle_id
order by stage, point
"""

# the same past that the cycle was judged by: valid cycles of its machine before its own day
BAND = """
with judged_cycle as (
    select control_id, cast(cycle_date as timestamp) as as_of
    from telemetry.cycles
    where cycle_id = $cycle_id
),

earlier_cycles as (
    select cycles.cycle_id
    from telemetry.cycles
    inner join judged_cycle on cycles.control_id = judged_cycle.control_id
    where
        cycles.is_valid
        and cycles.started_at < judged_cycle.as_of
        and cycles.started_at >= judged_cycle.as_of - to_days($window_days::int)
)

select
    stage_curves.stage,
    stage_curves.point,
    avg(stage_curves.relative_time) as relative_time,
    count(distinct stage_curves.cycle_id) as cycle_count,
    quantile_cont(stage_curves.power_w, 0.05) as power_p05,
    median(stage_curves.power_w) as power_p50,
    quantile_cont(stage_curves.power_w, 0.95) as power_p95,
    quantile_cont(stage_curves.temperature_c, 0.05) as temperature_p05,
    median(stage_curves.temperature_c) as temperature_p50,
    quantile_cont(stage_curves.temperature_c, 0.95) as temperature_p95
from telemetry.stage_curves
inner join earlier_cycles on stage_curves.cycle_id = earlier_cycles.cycle_id
group by stage_curves.stage, stage_curves.point
order by stage_curves.stage, stage_curves.point
"""

CYCLE = "select * from telemetry.cycles where cycle_id = $cycle_id"

CYCLE_VARIANCE = """
select
    cycle_variance.cycle_id,
    cycle_variance.stage,
    cycle_variance.variance_class,
    cycle_variance.metric,
    cycle_variance.direction,
    cycle_variance.value,
    cycle_variance.baseline_median,
    cycle_variance.deviation_pct,
    cycle_variance.robust_z,
    cycle_variance.drift_z,
    cycle_variance.coefficient_of_variation
from telemetry.cycle_variance
where cycle_variance.cycle_id = $cycle_id
order by cycle_variance.stage
"""

CYCLE_CLASS = """
with worst_issue as (
    select max(case severity when 'critical' then 3 when 'high' then 2 else 1 end) as class_rank
    from telemetry.issues
    where list_contains(cycle_ids, $cycle_id)
)

select
    case greatest(
        max(case variance_class when 'critical' then 3 when 'high' then 2 when 'watch' then 1
            when 'normal' then 0 else -1 end),
        (select class_rank from worst_issue)
    )
        when 3 then 'critical' when 2 then 'high' when 1 then 'watch' when 0 then 'normal'
        else 'insufficient_history' end as variance_class,
    max(abs(robust_z)) as worst_z
from telemetry.cycle_variance
where cycle_id = $cycle_id
"""

WORST_CONTROL = """
select control_id
from telemetry.cycle_variance
where
    cycle_date between $from_date and $to_date
    and robust_z is not null
    and (
        len($controls::varchar[]) = 0
        or list_contains($controls::varchar[], control_id)
    )
order by abs(robust_z) desc, control_id
limit 1
"""

WORST_DAY = """
select cycle_date
from telemetry.cycle_variance
where
    control_id = $control_id
    and cycle_date between $from_date and $to_date
    and robust_z is not null
order by abs(robust_z) desc, cycle_date desc
limit 1
"""
