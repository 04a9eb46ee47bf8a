{{ config(
    materialized='incremental',
    incremental_strategy='replace_windows',
    on_schema_change='fail',
    meta={
        'replace_windows': {'column': 'started_at'},
    },
) }}
-- depends_on: {{ ref('int_telemetry__reopened_windows') }}
with

cycles_measured as (
    select * from {{ ref('int_telemetry__cycles_measured') }}
),

broken_limits as (
    select * from {{ ref('int_telemetry__cycle_limits_checked') }}
),

rejection_counts as (
    select
        broken_limits.cycle_id,
        count(*) as rejection_count
    from broken_limits
    group by broken_limits.cycle_id
),

cycles as (
    select
        cycles_measured.cycle_id,
        cycles_measured.control_id,
        cycles_measured.source,
        cycles_measured.stage_sequence,
        cycles_measured.reading_count,
        cycles_measured.duration_s,
        cycles_measured.energy_wh,
        cycles_measured.mean_power_w,
        cycles_measured.max_power_w,
        cycles_measured.mean_temperature_c,
        cycles_measured.max_temperature_c,
        cycles_measured.largest_gap_s,
        cycles_measured.missing_share,
        rejection_counts.cycle_id is null as is_valid,
        cast(coalesce(rejection_counts.rejection_count, 0) as bigint)
            as rejection_count,
        cycles_measured.is_derived,
        cycles_measured.cycle_date,
        cycles_measured.started_at,
        cycles_measured.ended_at
    from cycles_measured
    left join rejection_counts on cycles_measured.cycle_id = rejection_counts.cycle_id
)

select * from cycles
