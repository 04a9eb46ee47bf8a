{{ config(materialized=as_view(kept=true)) }}
-- Each reading with its cycle and stage. A view: cycles may change without rewriting
-- readings.
with

readings as (
    select * from {{ ref('int_telemetry__readings_deduplicated') }}
),

cycle_slots as (
    select * from {{ ref('int_telemetry__cycle_slots') }}
),

-- A reading that names its cycle belongs to that one; another to the cycle it lies in
-- until the next begins. Each is an equality of its own: a condition over both sides at
-- once, a `case` or an `or`, lets DuckDB compare every reading with every slot.
reading_slots as (
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
        reading_slots.cycle_id,
        case
            when readings.source_stage is not null then readings.source_stage
            when
                reading_slots.cycle_id is null
                then 'idle'
            when readings.reading_at < reading_slots.ramp_up_until then 'ramp_up'
            when readings.reading_at < reading_slots.ramp_down_from then 'hold'
            when readings.reading_at >= reading_slots.ramp_down_from then 'ramp_down'
            else 'unknown'
        end as stage,
        readings.reading_number,
        readings.power_w,
        readings.temperature_c,
        case
            when
                readings.reading_at > reading_slots.started_at
                then readings.seconds_since_previous
        end as seconds_since_previous,
        case
            when
                readings.reading_at > reading_slots.started_at
                then readings.energy_since_previous_ws
        end as energy_since_previous_ws,
        readings.duplicate_count,
        coalesce(reading_slots.is_derived, false) as is_derived,
        readings.reading_at
    from readings
    left join reading_slots
        on
            readings.control_id = reading_slots.control_id
            and {{ time_slot('readings.reading_at', 300) }} = reading_slots.slot
            and readings.reading_at >= reading_slots.started_at
            and readings.reading_at <= reading_slots.ended_at
            and (readings.source_cycle_id is not null) = reading_slots.is_of_named
            and coalesce(readings.source_cycle_id, '') = reading_slots.of_cycle_id
            and readings.reading_at < reading_slots.ends_before
)

select * from readings_with_cycle
