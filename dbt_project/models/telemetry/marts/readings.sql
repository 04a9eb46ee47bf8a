{{ config(materialized=as_view(kept=true)) }}
with

readings_sessioned as (
    select * from {{ ref('int_telemetry__readings_sessioned') }}
),

readings as (
    select
        readings_sessioned.control_id,
        readings_sessioned.source,
        readings_sessioned.cycle_id,
        readings_sessioned.stage,
        readings_sessioned.reading_number,
        readings_sessioned.power_w,
        readings_sessioned.temperature_c,
        readings_sessioned.power_w is null as is_power_missing,
        readings_sessioned.temperature_c is null as is_temperature_missing,
        readings_sessioned.duplicate_count,
        cast(readings_sessioned.reading_at as date) as reading_date,
        readings_sessioned.reading_at,
        readings_sessioned.load_id
    from readings_sessioned
)

select * from readings
