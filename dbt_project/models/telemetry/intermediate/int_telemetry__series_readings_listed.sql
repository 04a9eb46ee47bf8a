-- Readings of sensors without cycles, taken out once, so that what follows never reads
-- the others.
with

readings as (
    select * from {{ ref('readings') }}
    where {{ telemetry_source_condition('series', 'source') }}
),

sources as (
    select * from {{ ref('int_telemetry__sources_declared') }}
),

series_readings as (
    select
        readings.source,
        readings.control_id,
        readings.cycle_id,
        readings.reading_number,
        readings.power_w,
        readings.temperature_c,
        readings.reading_date,
        readings.reading_at
    from readings
    inner join sources on readings.source = sources.source
    where sources.kind = 'series'
)

select * from series_readings
