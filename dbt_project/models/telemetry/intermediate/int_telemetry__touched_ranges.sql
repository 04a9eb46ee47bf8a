-- depends_on: {{ ref('gate_telemetry__after_staging') }}
-- depends_on: {{ ref('stg_telemetry__files') }}
-- Where new readings fell, and where older ones gave way to them: what a run has to
-- look at again starts from here. What gave way whole says nothing of a machine any
-- more. Readings are read by no CTE: DuckDB writes one down that is read twice.
with

deliveries as (
    select * from {{ ref('int_telemetry__deliveries_compared') }}
    where superseded is not null
),

readings as (
    select
        delivered.load_id,
        delivered.control_id,
        delivered.source,
        delivered.source_cycle_id,
        delivered.power_w,
        delivered.temperature_c,
        false as gave_way,
        delivered.reading_date,
        delivered.reading_at
    from {{ ref('stg_telemetry__readings') }} as delivered
    left join deliveries
        on
            {{ telemetry_same_delivery('deliveries', 'delivered') }}
            and deliveries.superseded = 'whole'
    where
        deliveries.load_id is null
        and {{ telemetry_is_touched('delivered.reading_at', 'delivered.load_id') }}
    union all
    select
        delivered.load_id,
        delivered.control_id,
        delivered.source,
        delivered.source_cycle_id,
        cast(null as double) as power_w,
        cast(null as double) as temperature_c,
        true as gave_way,
        delivered.reading_date,
        delivered.reading_at
    from {{ ref('stg_telemetry__readings') }} as delivered
    inner join deliveries on {{ telemetry_same_delivery('deliveries', 'delivered') }}
    where
        {{ 'false' if is_slice('telemetry') else
            telemetry_is_pending('deliveries.changed_by_load_id', 'false') }}
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
        readings.gave_way,
        readings.reading_date,
        min(readings.reading_at) as first_reading_at,
        max(readings.reading_at) as last_reading_at
    from readings
    group by
        readings.load_id,
        readings.control_id,
        readings.source,
        readings.source_cycle_id,
        readings.gave_way,
        readings.reading_date
)

select * from touched_ranges
