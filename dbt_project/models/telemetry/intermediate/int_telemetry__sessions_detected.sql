-- A cycle starts where power comes back after the idle gap, if the machine was seen
-- idle meanwhile. Silence alone is a lost sensor, not a pause, until it lasts many idle
-- gaps.
with

activity_slots as (
    select * from {{ ref('int_telemetry__activity_slots_summarised') }}
),

slots_with_past as (
    select
        activity_slots.control_id,
        activity_slots.source,
        activity_slots.opened_from,
        activity_slots.idle_gap_seconds,
        activity_slots.slot,
        activity_slots.on_count,
        activity_slots.staged_count,
        activity_slots.first_on_at,
        activity_slots.last_on_at,
        activity_slots.first_idle_at,
        max(activity_slots.last_on_at) over slots_before as on_before_at,
        max(activity_slots.last_idle_at) over slots_before as idle_before_at
    from activity_slots
    window slots_before as (
        partition by activity_slots.control_id, activity_slots.opened_from
        order by activity_slots.slot asc nulls first
        rows between unbounded preceding and 1 preceding
    )
),

slots_on as (
    select
        slots_with_past.control_id,
        slots_with_past.source,
        slots_with_past.opened_from,
        slots_with_past.idle_gap_seconds,
        slots_with_past.slot,
        slots_with_past.on_count,
        slots_with_past.staged_count,
        slots_with_past.first_on_at,
        slots_with_past.last_on_at,
        slots_with_past.on_before_at,
        {{ seconds_between(
            'slots_with_past.on_before_at', 'slots_with_past.first_on_at'
        ) }} as pause_s,
        coalesce(slots_with_past.idle_before_at > slots_with_past.on_before_at, false)
        or coalesce(
            slots_with_past.first_idle_at < slots_with_past.first_on_at, false
        ) as was_seen_idle
    from slots_with_past
    where slots_with_past.first_on_at is not null
),

slots_with_session as (
    select
        slots_on.control_id,
        slots_on.source,
        slots_on.opened_from,
        slots_on.idle_gap_seconds,
        slots_on.slot,
        slots_on.on_count,
        slots_on.staged_count,
        slots_on.first_on_at,
        slots_on.last_on_at,
        sum(
            case
                when slots_on.on_before_at is null then 1
                when
                    slots_on.was_seen_idle
                    and slots_on.pause_s >= slots_on.idle_gap_seconds
                    then 1
                when
                    slots_on.pause_s
                    >= slots_on.idle_gap_seconds
                    * {{ telemetry_setting('silence_gaps') }}
                    then 1
                else 0
            end
        ) over (
            partition by slots_on.control_id, slots_on.opened_from
            order by slots_on.slot asc nulls first
            rows between unbounded preceding and current row
        ) as session_number
    from slots_on
),

sessions as (
    select
        slots_with_session.control_id,
        min(slots_with_session.source) as source,
        slots_with_session.opened_from,
        slots_with_session.session_number,
        cast(sum(slots_with_session.on_count) as bigint) as reading_count,
        sum(slots_with_session.staged_count)
        = sum(slots_with_session.on_count) as has_stages,
        min(slots_with_session.first_on_at) as started_at,
        max(slots_with_session.last_on_at) as ended_at
    from slots_with_session
    group by
        slots_with_session.control_id,
        slots_with_session.opened_from,
        slots_with_session.session_number
)

select * from sessions
