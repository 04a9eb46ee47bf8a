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

broken_limits as (
    select * from {{ ref('int_telemetry__cycle_limits_checked') }}
),

cycles as (
    select * from {{ ref('int_telemetry__cycles_measured') }}
),

rejected_cycles as (
    select
        broken_limits.cycle_id,
        broken_limits.control_id,
        broken_limits.reason,
        broken_limits.value,
        broken_limits.limit_value,
        cycles.cycle_date,
        cycles.started_at
    from broken_limits
    inner join cycles on broken_limits.cycle_id = cycles.cycle_id
)

select * from rejected_cycles
