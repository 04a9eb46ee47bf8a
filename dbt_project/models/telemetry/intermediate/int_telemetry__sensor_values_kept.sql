{{ config(materialized='view') }}
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
    where
        not exists (
            select 1 from deliveries_superseded
            where
                {{ telemetry_same_delivery('deliveries_superseded', 'sensor_values') }}
        )
        and not exists (
            select 1 from rows_superseded
            where
                {{ telemetry_same_delivery('rows_superseded', 'sensor_values') }}
                and rows_superseded.record_number = sensor_values.record_number
        )
)

select * from sensor_values_kept
