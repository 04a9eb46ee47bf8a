{{ config(materialized='view') }}
-- Each reading with its cycle and stage. A view: cycles may change without rewriting
-- readings.
with

readings as (
    select * from {{ ref('int_telemetry__readings_deduplicated') }}
),

cycle_slots as (
    select * from {{ ref('int_telemetry__cycle_slots') }}
),

-- A reading that names its cycle belongs to that one; another to the cycle it lies in until the
-- next begins. Each is an equality of its own: a condition over both sides at once, a `case` or
-- an `or`, lets DuckDB compare every reading with every slot.
slots_of_readings as (
    select
        *,
        true as is_of_named,
        source_cycle_id as of_cycle_id,
        cast('9999-12-31' as timestamp) as ends_before
    from cycle_slots
    union all
    select
        *,
        false as is_of_named,
        '' as of_cycle_id,
        coalesce(next_started_at, cast('9999-12-31' as timestamp)) as ends_before
    from cycle_slots
),

readings_with_cycle as (
    select
        readings.load_id,
        readings.control_id,
        readings.source,
        slots_of_readings.cycle_id,
        case
            when readings.source_stage is not null then readings.source_stage
            when
                slots_of_readings.cycle_id is null
                then 'idle'
            when readings.reading_at < slots_of_readings.ramp_up_until then 'ramp_up'
            when readings.reading_at < slots_of_readings.ramp_down_from then 'hold'
            when readings.reading_at >= slots_of_readings.ramp_down_from then 'ramp_down'
            else 'unknown'
        end as stage,
        readings.reading_number,
        readings.power_w,
        readings.temperature_c,
        case
            when
                readings.reading_at > slots_of_readings.started_at
                then readings.seconds_since_previous
        end as seconds_since_previous,
        case
            when
                readings.reading_at > slots_of_readings.started_at
                then readings.energy_since_previous_ws
        end as energy_since_previous_ws,
        readings.duplicate_count,
        coalesce(slots_of_readings.is_derived, false) as is_derived,
        readings.reading_at
    from readings
    left join slots_of_readings
        on
            readings.control_id = slots_of_readings.control_id
            and {{ time_slot('readings.reading_at', 300) }} = slots_of_readings.slot
            and readings.reading_at >= slots_of_readings.started_at
            and readings.reading_at <= slots_of_readings.ended_at
            and (readings.source_cycle_id is not null) = slots_of_readings.is_of_named
            and coalesce(readings.source_cycle_id, '') = slots_of_readings.of_cycle_id
            and readings.reading_at < slots_of_readings.ends_before
)

select * from readings_with_cycle
