-- What each load showed of each machine: as runs have noted it, or from its readings
-- where no run has, or where something of the load gave way since.
with

touched_ranges as (
    select * from {{ ref('int_telemetry__touched_ranges') }}
),

readings as (
    select * from {{ ref('stg_telemetry__readings') }}
),

loads_processed as (
    {{ telemetry_loads_noted() }}
),

deliveries as (
    select * from {{ ref('int_telemetry__deliveries_compared') }}
    where superseded = 'whole'
),

-- of these loads the readings that are left say what was seen, not the note of the run
loads_that_gave_way as (
    select distinct
        deliveries.load_id,
        deliveries.source
    from deliveries
),

ranges_left as (
    select
        readings.load_id,
        readings.control_id,
        readings.source,
        readings.source_cycle_id,
        count(*) as reading_count,
        count(readings.power_w) > 0 as has_power,
        count(readings.temperature_c) > 0 as has_temperature,
        min(readings.reading_at) as first_reading_at,
        max(readings.reading_at) as last_reading_at
    from readings
    inner join loads_that_gave_way
        on
            readings.load_id = loads_that_gave_way.load_id
            and readings.source = loads_that_gave_way.source
    left join deliveries
        on {{ telemetry_same_delivery('deliveries', 'readings') }}
    where deliveries.load_id is null
    group by
        readings.load_id,
        readings.control_id,
        readings.source,
        readings.source_cycle_id,
        readings.reading_date
),

-- what runs have noted, but for loads of which something gave way
loads_noted as (
    select loads_processed.*
    from loads_processed
    left join loads_that_gave_way
        on
            loads_processed.load_id = loads_that_gave_way.load_id
            and loads_processed.source = loads_that_gave_way.source
    where loads_that_gave_way.load_id is null
),

ranges_not_noted as (
    select
        touched_ranges.load_id,
        touched_ranges.control_id,
        touched_ranges.source,
        touched_ranges.source_cycle_id,
        touched_ranges.reading_count,
        touched_ranges.has_power,
        touched_ranges.has_temperature,
        touched_ranges.first_reading_at,
        touched_ranges.last_reading_at
    from touched_ranges
    left join loads_noted
        on
            touched_ranges.load_id = loads_noted.load_id
            and touched_ranges.control_id = loads_noted.control_id
            and touched_ranges.source = loads_noted.source
    left join loads_that_gave_way
        on
            touched_ranges.load_id = loads_that_gave_way.load_id
            and touched_ranges.source = loads_that_gave_way.source
    where
        not touched_ranges.gave_way
        and loads_noted.load_id is null
        and loads_that_gave_way.load_id is null
    union all
    select * from ranges_left
),

sightings as (
    select
        loads_noted.control_id,
        loads_noted.source,
        loads_noted.has_cycle_ids,
        loads_noted.has_power,
        loads_noted.has_temperature,
        loads_noted.interval_s
    from loads_noted
    union all
    select
        ranges_not_noted.control_id,
        ranges_not_noted.source,
        bool_or(ranges_not_noted.source_cycle_id is not null) as has_cycle_ids,
        bool_or(ranges_not_noted.has_power) as has_power,
        bool_or(ranges_not_noted.has_temperature) as has_temperature,
        {{ telemetry_interval('ranges_not_noted') }} as interval_s
    from ranges_not_noted
    group by
        ranges_not_noted.load_id, ranges_not_noted.control_id, ranges_not_noted.source
)

select * from sightings
