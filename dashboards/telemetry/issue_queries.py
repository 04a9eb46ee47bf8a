"""What the telemetry page asks about issues, assessments, detection quality and reports."""

ISSUES = """
select
    issue_date,
    control_id,
    rule,
    severity,
    stage,
    case when unit = 'share' then 100 * value else value end as value,
    case when unit = 'share' then 100 * limit_value else limit_value end as limit_value,
    case when unit = 'share' then '%' else replace(unit, 'degC', '°C') end as unit,
    cycle_count,
    first_seen_at,
    last_seen_at,
    issue_id,
    cycle_ids
from telemetry.issues
where
    issue_date between $from_date and $to_date
    and (
        len($controls::varchar[]) = 0
        or list_contains($controls::varchar[], control_id)
    )
    and (len($severities::varchar[]) = 0 or list_contains($severities::varchar[], severity))
    and (len($rules::varchar[]) = 0 or list_contains($rules::varchar[], rule))
order by
    issue_date desc,
    case severity when 'critical' then 0 when 'high' then 1 when 'medium' then 2 else 3 end,
    control_id,
    rule
limit 5000
"""

RULES = "select distinct rule from telemetry.issues order by rule"

NAMES = "select distinct unnest([rule, stage]) as name from telemetry.issues"

ISSUE_CYCLES = """
with issue_cycles as (
    select unnest(cycle_ids) as cycle_id
    from telemetry.issues
    where issue_id = $issue_id
),

worst_stages as (
    select
        cycle_variance.cycle_id,
        arg_max(cycle_variance.stage, abs(cycle_variance.robust_z)) as worst_stage,
        arg_max(cycle_variance.metric, abs(cycle_variance.robust_z)) as worst_metric,
        max(abs(cycle_variance.robust_z)) as worst_z
    from telemetry.cycle_variance
    inner join issue_cycles on cycle_variance.cycle_id = issue_cycles.cycle_id
    group by cycle_variance.cycle_id
)

select
    cycles.started_at,
    cycles.cycle_id,
    cycles.duration_s,
    cycles.energy_wh,
    cycles.mean_power_w,
    cycles.max_power_w,
    cycles.max_temperature_c,
    cycles.missing_share,
    cycles.is_valid,
    worst_stages.worst_stage,
    worst_stages.worst_metric,
    worst_stages.worst_z
from telemetry.cycles
inner join issue_cycles on cycles.cycle_id = issue_cycles.cycle_id
left join worst_stages on cycles.cycle_id = worst_stages.cycle_id
order by cycles.started_at
"""

ASSESSMENT = """
select *
from telemetry.assessments
where control_id = $control_id and assessment_date = $date
"""

EVALUATION = """
select *
from telemetry.assessment_evaluations
where control_id = $control_id and assessment_date = $date
"""

QUALITY = """
with released as (
    select null::bigint as unlabelled where false  -- a release of an earlier version has none
    union all by name
    select * from telemetry.detection_quality
),

counts as (
    select
        source,
        control_id,
        level,
        issue_kind,
        yardstick,
        true_positives,
        false_positives,
        false_negatives,
        true_negatives,
        unlabelled
    from released
    union all by name
    select
        'all sources' as source,
        control_id,
        level,
        issue_kind,
        yardstick,
        sum(true_positives)::bigint as true_positives,
        sum(false_positives)::bigint as false_positives,
        sum(false_negatives)::bigint as false_negatives,
        sum(true_negatives)::bigint as true_negatives,
        sum(unlabelled)::bigint as unlabelled
    from released
    where control_id = 'all'
    group by control_id, level, issue_kind, yardstick
    having count(distinct source) > 1
)

select
    source,
    control_id,
    level,
    issue_kind,
    yardstick,
    true_positives / nullif(true_positives + false_positives, 0) as precision,
    true_positives / nullif(true_positives + false_negatives, 0) as recall,
    2 * true_positives / nullif(2 * true_positives + false_positives + false_negatives, 0) as f1,
    false_positives / nullif(false_positives + true_negatives, 0) as false_alarm_rate,
    true_positives,
    false_positives,
    false_negatives,
    true_negatives,
    unlabelled
from counts
order by
    source <> 'all sources',
    source,
    level,
    control_id <> 'all',
    control_id,
    issue_kind,
    yardstick
"""

REPORT_DATES = """
select report_date, control_count, issue_count, critical_count, pending_count
from telemetry.reports
order by report_date desc
"""

REPORT = "select markdown, html from telemetry.reports where report_date = $date"

POINT_SERIES = """
select
    source,
    control_id,
    count(*) as reading_count,
    sum(is_anomaly::int)::bigint as anomaly_count,
    sum(label::int)::bigint as label_count,
    min(reading_at) as first_at,
    max(reading_at) as last_at
from telemetry.point_anomalies
group by source, control_id
order by source, control_id
"""

POINT_SCORES = """
select
    time_bucket(to_microseconds($bucket_us::bigint), reading_at) as bucket_at,
    max(score) as score,
    max(threshold) as threshold,
    bool_or(is_anomaly) as is_anomaly,
    bool_or(label) as label,
    arg_max(top_sensor, score) as top_sensor
from telemetry.point_anomalies
where source = $source and control_id = $control_id
group by bucket_at
order by bucket_at
"""
