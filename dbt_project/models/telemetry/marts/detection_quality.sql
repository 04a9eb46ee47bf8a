with

cycle_detections as (
    select * from {{ ref('int_telemetry__cycle_detections_counted') }}
),

point_detections as (
    select * from {{ ref('int_telemetry__point_detections_counted') }}
),

counts_by_control as (
    select
        cycle_detections.source,
        cycle_detections.control_id,
        cycle_detections.level,
        cycle_detections.issue_kind,
        'sluice' as yardstick,
        cycle_detections.total_count,
        cycle_detections.true_count,
        cycle_detections.found_count,
        cycle_detections.right_count,
        cycle_detections.unknown_count
    from cycle_detections
    union all
    select
        cycle_detections.source,
        cycle_detections.control_id,
        cycle_detections.level,
        cycle_detections.issue_kind,
        'always_on' as yardstick,
        cycle_detections.total_count,
        cycle_detections.true_count,
        cycle_detections.total_count as found_count,
        cycle_detections.true_count as right_count,
        cycle_detections.unknown_count
    from cycle_detections
    union all
    select
        point_detections.source,
        point_detections.control_id,
        'reading' as level,
        'any' as issue_kind,
        point_detections.yardstick,
        point_detections.total_count,
        point_detections.true_count,
        point_detections.found_count,
        point_detections.right_count,
        point_detections.unknown_count
    from point_detections
),

counts as (
    select * from counts_by_control
    union all
    select
        counts_by_control.source,
        'all' as control_id,
        counts_by_control.level,
        counts_by_control.issue_kind,
        counts_by_control.yardstick,
        cast(sum(counts_by_control.total_count) as bigint) as total_count,
        cast(sum(counts_by_control.true_count) as bigint) as true_count,
        cast(sum(counts_by_control.found_count) as bigint) as found_count,
        cast(sum(counts_by_control.right_count) as bigint) as right_count,
        cast(sum(counts_by_control.unknown_count) as bigint) as unknown_count
    from counts_by_control
    group by
        counts_by_control.source, counts_by_control.level, counts_by_control.issue_kind,
        counts_by_control.yardstick
),

outcomes as (
    select
        counts.source,
        counts.control_id,
        counts.level,
        counts.issue_kind,
        counts.yardstick,
        cast(counts.right_count as bigint) as true_positives,
        cast(counts.found_count - counts.right_count as bigint) as false_positives,
        cast(counts.true_count - counts.right_count as bigint) as false_negatives,
        cast(
            counts.total_count - counts.found_count - counts.true_count
            + counts.right_count as bigint
        ) as true_negatives,
        cast(counts.unknown_count as bigint) as unlabelled
    from counts
),

detection_quality as (
    select
        outcomes.source,
        outcomes.control_id,
        outcomes.level,
        outcomes.issue_kind,
        outcomes.yardstick,
        outcomes.true_positives,
        outcomes.false_positives,
        outcomes.false_negatives,
        outcomes.true_negatives,
        outcomes.unlabelled,
        cast(outcomes.true_positives as double)
        / nullif(outcomes.true_positives + outcomes.false_positives, 0) as precision,
        cast(outcomes.true_positives as double)
        / nullif(outcomes.true_positives + outcomes.false_negatives, 0) as recall,
        cast(2 * outcomes.true_positives as double) / nullif(
            2 * outcomes.true_positives
            + outcomes.false_positives + outcomes.false_negatives, 0
        ) as f1,
        cast(outcomes.false_positives as double)
        / nullif(outcomes.false_positives + outcomes.true_negatives, 0)
            as false_alarm_rate
    from outcomes
)

select * from detection_quality
