-- Machines without cycle ids, in slots as long as their idle gap: no gap that parts two
-- cycles fits into one slot, so first and last readings of each slot are all that
-- sessions need.
with

readings as (
    {{ reopened(ref('int_telemetry__readings_deduplicated'), 'reading_at') }}
),

controls as (
    select * from {{ ref('int_telemetry__controls_described') }}
    where not has_cycle_ids and has_power
),

readings_with_slot as (
    select
        readings.control_id,
        readings.source,
        readings.opened_from,
        controls.idle_gap_seconds,
        readings.source_stage,
        {{ time_slot('readings.reading_at', 'controls.idle_gap_seconds') }} as slot,
        readings.power_w >= controls.on_threshold_w as is_on,
        readings.reading_at
    from readings
    inner join controls on readings.control_id = controls.control_id
    where readings.power_w is not null
),

activity_slots as (
    select
        readings_with_slot.control_id,
        min(readings_with_slot.source) as source,
        readings_with_slot.opened_from,
        readings_with_slot.idle_gap_seconds,
        readings_with_slot.slot,
        count(*) filter (where readings_with_slot.is_on) as on_count,
        count(readings_with_slot.source_stage) filter (where readings_with_slot.is_on)
            as staged_count,
        min(readings_with_slot.reading_at) filter (where readings_with_slot.is_on)
            as first_on_at,
        max(readings_with_slot.reading_at) filter (where readings_with_slot.is_on)
            as last_on_at,
        min(readings_with_slot.reading_at) filter (where not readings_with_slot.is_on)
            as first_idle_at,
        max(readings_with_slot.reading_at) filter (where not readings_with_slot.is_on)
            as last_idle_at
    from readings_with_slot
    group by
        readings_with_slot.control_id,
        readings_with_slot.opened_from,
        readings_with_slot.idle_gap_seconds,
        readings_with_slot.slot
)

select * from activity_slots
