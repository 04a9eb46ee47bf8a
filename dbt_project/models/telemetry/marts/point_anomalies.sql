{%- set score = 'coalesce(cycles_scored.score, slots_without_cycles.score)' -%}
{%- set threshold =
    'coalesce(cycles_scored.threshold, slots_without_cycles.threshold)' -%}
with

readings as (
    select * from {{ ref('int_telemetry__series_readings_listed') }}
),

lead_ins as (
    select * from {{ ref('int_telemetry__series_lead_ins_measured') }}
),

slots_scored as (
    select * from {{ ref('int_telemetry__series_slots_scored') }}
),

cycles_scored as (
    select * from {{ ref('int_telemetry__series_cycles_scored') }}
),

labels as (
    select * from {{ ref('int_telemetry__series_labels_matched') }}
),

-- a series with cycles is judged by them; readings between its cycles have no score
controls_with_cycles as (
    select
        cycles_scored.source,
        cycles_scored.control_id
    from cycles_scored
    group by cycles_scored.source, cycles_scored.control_id
),

point_labels as (
    select
        labels.source,
        labels.control_id,
        labels.is_anomaly,
        labels.started_at
    from labels
    where labels.started_at = labels.ended_at
),

window_labels as (
    select
        labels.source,
        labels.control_id,
        labels.is_anomaly,
        labels.started_at,
        labels.ended_at
    from labels
    where labels.started_at < labels.ended_at
),

slots_without_cycles as (
    select
        slots_scored.source,
        slots_scored.control_id,
        slots_scored.slot,
        slots_scored.top_sensor,
        slots_scored.score,
        slots_scored.threshold
    from slots_scored
    left join controls_with_cycles
        on
            slots_scored.source = controls_with_cycles.source
            and slots_scored.control_id = controls_with_cycles.control_id
    where controls_with_cycles.source is null
),

series_readings as (
    select
        readings.source,
        readings.control_id,
        readings.cycle_id,
        readings.reading_number,
        readings.reading_date,
        readings.reading_at,
        lead_ins.label_level,
        cast(floor(
            {{ seconds_between('lead_ins.first_reading_at', 'readings.reading_at') }}
            / lead_ins.slot_seconds
        ) as bigint) as slot
    from readings
    inner join lead_ins
        on
            readings.source = lead_ins.source
            and readings.control_id = lead_ins.control_id
),

readings_in_windows as (
    select
        series_readings.source,
        series_readings.control_id,
        series_readings.reading_number,
        series_readings.reading_at,
        max(case when window_labels.is_anomaly then 1 else 0 end) = 1 as is_anomaly
    from series_readings
    inner join window_labels
        on
            series_readings.source = window_labels.source
            and series_readings.control_id = window_labels.control_id
            and series_readings.reading_at >= window_labels.started_at
            and series_readings.reading_at <= window_labels.ended_at
    group by
        series_readings.source, series_readings.control_id,
        series_readings.reading_number, series_readings.reading_at
),

point_anomalies as (
    select
        series_readings.source,
        series_readings.control_id,
        case
            when cycles_scored.cycle_id is not null then 'cycle duration'
            else slots_without_cycles.top_sensor
        end as top_sensor,
        series_readings.reading_number,
        {{ round_to(score, 6) }} as score,
        {{ threshold }} as threshold,
        coalesce({{ score }} > {{ threshold }}, false) as is_anomaly,
        case
            when point_labels.is_anomaly or readings_in_windows.is_anomaly then true
            when coalesce(point_labels.source, readings_in_windows.source) is not null
                then null
            when series_readings.label_level in ('reading', 'window') then false
        end as label,
        series_readings.reading_date,
        series_readings.reading_at
    from series_readings
    left join cycles_scored
        on
            series_readings.source = cycles_scored.source
            and series_readings.control_id = cycles_scored.control_id
            and series_readings.cycle_id = cycles_scored.cycle_id
    left join slots_without_cycles
        on
            series_readings.source = slots_without_cycles.source
            and series_readings.control_id = slots_without_cycles.control_id
            and series_readings.slot = slots_without_cycles.slot
    left join point_labels
        on
            series_readings.source = point_labels.source
            and series_readings.control_id = point_labels.control_id
            and series_readings.reading_at = point_labels.started_at
    left join readings_in_windows
        on
            series_readings.source = readings_in_windows.source
            and series_readings.control_id = readings_in_windows.control_id
            and series_readings.reading_at = readings_in_windows.reading_at
            and series_readings.reading_number = readings_in_windows.reading_number
)

select * from point_anomalies
