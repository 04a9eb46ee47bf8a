-- depends_on: {{ ref('gate_telemetry__after_staging') }}
-- depends_on: {{ ref('stg_telemetry__files') }}
-- Where new readings fell: what a run has to look at again starts from here.
with

readings as (
    select * from {{ ref('stg_telemetry__readings') }}
    where {{ telemetry_is_touched() }}
),

touched_ranges as (
    select
        readings.load_id,
        readings.control_id,
        readings.source,
        readings.source_cycle_id,
        count(*) as reading_count,
        count(readings.power_w) > 0 as has_power,
        count(readings.temperature_c) > 0 as has_temperature,
        readings.reading_date,
        min(readings.reading_at) as first_reading_at,
        max(readings.reading_at) as last_reading_at
    from readings
    group by
        readings.load_id,
        readings.control_id,
        readings.source,
        readings.source_cycle_id,
        readings.reading_date
)

select * from touched_ranges
