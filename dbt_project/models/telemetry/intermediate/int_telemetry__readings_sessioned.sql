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

readings_with_cycle as (
    select
        readings.load_id,
        readings.control_id,
        readings.source,
        cycle_slots.cycle_id,
        case
            when readings.source_stage is not null then readings.source_stage
            when
                cycle_slots.cycle_id is null
                then 'idle'
            when readings.reading_at < cycle_slots.ramp_up_until then 'ramp_up'
            when readings.reading_at < cycle_slots.ramp_down_from then 'hold'
            when readings.reading_at >= cycle_slots.ramp_down_from then 'ramp_down'
            else 'unknown'
        end as stage,
        readings.reading_number,
        readings.power_w,
        readings.temperature_c,
        case
            when
                readings.reading_at > cycle_slots.started_at
                then readings.seconds_since_previous
        end as seconds_since_previous,
        case
            when
                readings.reading_at > cycle_slots.started_at
                then readings.energy_since_previous_ws
        end as energy_since_previous_ws,
        readings.duplicate_count,
        coalesce(cycle_slots.is_derived, false) as is_derived,
        readings.reading_at
    from readings
    left join cycle_slots
        on
            readings.control_id = cycle_slots.control_id
            and {{ time_slot('readings.reading_at', 300) }} = cycle_slots.slot
            and readings.reading_at >= cycle_slots.started_at
            and readings.reading_at <= cycle_slots.ended_at
            and case
                when readings.source_cycle_id is not null
                    then readings.source_cycle_id = cycle_slots.source_cycle_id
                else
                    readings.reading_at < coalesce(
                        cycle_slots.next_started_at, cast('9999-12-31' as timestamp)
                    )
            end
)

select * from readings_with_cycle
