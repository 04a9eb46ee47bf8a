-- For each labelled series: what the score found, what an alarm that is always on
-- finds, and what the best single threshold on one raw sensor would have found, chosen
-- with the labels in hand.
with

point_anomalies as (
    select * from {{ ref('point_anomalies') }}
),

series_values as (
    select * from {{ ref('int_telemetry__series_labelled_values_listed') }}
),

labelled_sources as (
    select * from {{ ref('int_telemetry__sources_declared') }}
    where label_level <> 'none'
),

own_counts as (
    select
        point_anomalies.source,
        point_anomalies.control_id,
        count(point_anomalies.label) as total_count,
        count(*) filter (where point_anomalies.label) as true_count,
        count(point_anomalies.label) filter (where point_anomalies.is_anomaly)
            as found_count,
        count(*) filter (where point_anomalies.label and point_anomalies.is_anomaly)
            as right_count,
        count(*) filter (where point_anomalies.label is null) as unknown_count
    from point_anomalies
    inner join labelled_sources on point_anomalies.source = labelled_sources.source
    group by point_anomalies.source, point_anomalies.control_id
),

value_counts as (
    select
        series_values.source,
        series_values.control_id,
        series_values.sensor,
        series_values.value,
        count(*) as value_count,
        count(*) filter (where series_values.label) as true_value_count
    from series_values
    group by
        series_values.source, series_values.control_id, series_values.sensor,
        series_values.value
),

threshold_counts as (
    select
        value_counts.source,
        value_counts.control_id,
        value_counts.sensor,
        sum(value_counts.value_count) over from_above as count_above,
        sum(value_counts.true_value_count) over from_above as right_above,
        sum(value_counts.value_count) over from_below as count_below,
        sum(value_counts.true_value_count) over from_below as right_below
    from value_counts
    window
        from_above as (
            partition by
                value_counts.source, value_counts.control_id, value_counts.sensor
            order by value_counts.value desc
            rows between unbounded preceding and current row
        ),
        from_below as (
            partition by
                value_counts.source, value_counts.control_id, value_counts.sensor
            order by value_counts.value asc
            rows between unbounded preceding and current row
        )
),

candidates as (
    select
        threshold_counts.source,
        threshold_counts.control_id,
        threshold_counts.count_above as found_count,
        threshold_counts.right_above as right_count
    from threshold_counts
    union all
    select
        threshold_counts.source,
        threshold_counts.control_id,
        threshold_counts.count_below as found_count,
        threshold_counts.right_below as right_count
    from threshold_counts
),

scored_candidates as (
    select
        candidates.source,
        candidates.control_id,
        candidates.found_count,
        candidates.right_count,
        2.0 * candidates.right_count
        / (candidates.found_count + own_counts.true_count) as f1
    from candidates
    inner join own_counts
        on
            candidates.source = own_counts.source
            and candidates.control_id = own_counts.control_id
    where candidates.right_count > 0
),

best_candidates as (
    select
        scored_candidates.source,
        scored_candidates.control_id,
        max_by(scored_candidates.found_count, scored_candidates.f1) as found_count,
        max_by(scored_candidates.right_count, scored_candidates.f1) as right_count
    from scored_candidates
    group by scored_candidates.source, scored_candidates.control_id
),

counts as (
    select
        own_counts.source,
        own_counts.control_id,
        'sluice' as yardstick,
        own_counts.total_count,
        own_counts.true_count,
        own_counts.found_count,
        own_counts.right_count,
        own_counts.unknown_count
    from own_counts
    union all
    select
        own_counts.source,
        own_counts.control_id,
        'always_on' as yardstick,
        own_counts.total_count,
        own_counts.true_count,
        own_counts.total_count as found_count,
        own_counts.true_count as right_count,
        own_counts.unknown_count
    from own_counts
    union all
    select
        own_counts.source,
        own_counts.control_id,
        'best_threshold' as yardstick,
        own_counts.total_count,
        own_counts.true_count,
        coalesce(best_candidates.found_count, 0) as found_count,
        coalesce(best_candidates.right_count, 0) as right_count,
        own_counts.unknown_count
    from own_counts
    left join best_candidates
        on
            own_counts.source = best_candidates.source
            and own_counts.control_id = best_candidates.control_id
)

select * from counts
