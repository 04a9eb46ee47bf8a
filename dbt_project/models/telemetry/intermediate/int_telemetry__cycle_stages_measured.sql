{{ config(
    materialized='incremental',
    incremental_strategy='replace_windows',
    meta={'replace_windows': {'column': 'cycle_started_at'}},
) }}
-- The one aggregation over readings that all figures of cycles and stages come from.
with

readings as (
    {{ reopened(ref('int_telemetry__readings_sessioned'), 'reading_at') }}
),

stage_sums as (
    select
        readings.cycle_id,
        readings.control_id,
        readings.stage,
        min(readings.source) as source,
        count(*) as reading_count,
        count(readings.power_w) as power_count,
        count(readings.temperature_c) as temperature_count,
        cast(sum(readings.duplicate_count) as bigint) as duplicate_count,
        sum(readings.power_w) as power_sum_w,
        avg(readings.power_w) as mean_power_w,
        {{ median('readings.power_w') }} as median_power_w,
        stddev_samp(readings.power_w) as stddev_power_w,
        min(readings.power_w) as min_power_w,
        max(readings.power_w) as max_power_w,
        sum(readings.temperature_c) as temperature_sum_c,
        avg(readings.temperature_c) as mean_temperature_c,
        min(readings.temperature_c) as min_temperature_c,
        max(readings.temperature_c) as max_temperature_c,
        max(readings.seconds_since_previous) as largest_gap_s,
        sum(readings.energy_since_previous_ws) as observed_energy_ws,
        sum(readings.seconds_since_previous)
        filter (where readings.energy_since_previous_ws is not null) as observed_s,
        bool_or(readings.is_derived) as is_derived,
        min(readings.reading_at) as started_at,
        max(readings.reading_at) as ended_at
    from readings
    where readings.cycle_id is not null
    group by readings.cycle_id, readings.control_id, readings.stage
),

cycle_stages_measured as (
    select
        stage_sums.cycle_id,
        stage_sums.control_id,
        stage_sums.stage,
        stage_sums.source,
        stage_sums.reading_count,
        stage_sums.power_count,
        stage_sums.temperature_count,
        stage_sums.duplicate_count,
        stage_sums.power_sum_w,
        stage_sums.mean_power_w,
        stage_sums.median_power_w,
        stage_sums.stddev_power_w,
        stage_sums.min_power_w,
        stage_sums.max_power_w,
        stage_sums.temperature_sum_c,
        stage_sums.mean_temperature_c,
        stage_sums.min_temperature_c,
        stage_sums.max_temperature_c,
        stage_sums.largest_gap_s,
        stage_sums.observed_energy_ws,
        stage_sums.observed_s,
        {{ seconds_between('stage_sums.started_at', 'stage_sums.ended_at') }}
            as duration_s,
        stage_sums.is_derived,
        stage_sums.started_at,
        stage_sums.ended_at,
        min(stage_sums.started_at)
            over (partition by stage_sums.cycle_id)
            as cycle_started_at
    from stage_sums
)

select * from cycle_stages_measured
