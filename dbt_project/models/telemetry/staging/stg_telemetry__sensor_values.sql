{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_telemetry__after_landing') }}
with

sensor_values as (
    select * from {{ source('raw_telemetry', 'sensor_values') }}
),

deliveries_held as (
    select * from {{ ref('stg_telemetry__deliveries') }}
    where is_held
),

sensor_values_cleaned as (
    select
        sensor_values.load_id,
        sensor_values.source,
        sensor_values.source_file,
        sensor_values.control_id,
        sensor_values.sensor,
        sensor_values.record_number,
        {{ plausible_number('sensor_values.value') }} as value,
        cast(sensor_values.reading_at as date) as reading_date,
        sensor_values.reading_at
    from sensor_values
    {{ telemetry_not_held('sensor_values') }}
)

select * from sensor_values_cleaned
