{{ config(materialized=as_view(kept=true)) }}
-- depends_on: {{ ref('gate_telemetry__after_staging') }}
-- Values of further sensors but for those of readings that gave way.
with

sensor_values as (
    select * from {{ ref('stg_telemetry__sensor_values') }}
),

rows_superseded as (
    select * from {{ ref('int_telemetry__rows_superseded') }}
),

deliveries_superseded as (
    select * from {{ ref('int_telemetry__deliveries_compared') }}
    where superseded = 'whole'
),

sensor_values_kept as (
    select sensor_values.*
    from sensor_values
    {{ telemetry_did_not_give_way('sensor_values') }}
)

select * from sensor_values_kept
