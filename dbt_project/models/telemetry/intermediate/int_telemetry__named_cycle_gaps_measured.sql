-- Readings of cycle ids that were left and entered again, or were silent for long: what
-- lies between each and the one before it of the same id. Most ids are none of these.
with

readings as (
    {{ reopened(ref('int_telemetry__readings_deduplicated'), 'reading_at') }}
),

controls as (
    select * from {{ ref('int_telemetry__controls_described') }}
    where has_cycle_ids
),

named_readings as (
    select
        readings.control_id,
        readings.source_cycle_id,
        readings.source_stage,
        readings.source,
        readings.reading_number,
        readings.power_w,
        readings.enters_cycle,
        coalesce(readings.seconds_since_previous > controls.silence_seconds, false)
            as follows_silence,
        controls.silence_seconds,
        readings.reading_at
    from readings
    inner join controls on readings.control_id = controls.control_id
    where readings.source_cycle_id is not null
),

entries as (
    select
        named_readings.control_id,
        named_readings.source_cycle_id,
        named_readings.reading_at,
        lag(named_readings.source_cycle_id) over entry_order as id_before,
        lag(named_readings.reading_at) over entry_order as entered_before_at,
        lag(named_readings.source_cycle_id, 2) over entry_order as id_two_before,
        lag(named_readings.reading_at, 2) over entry_order as entered_two_before_at
    from named_readings
    where named_readings.enters_cycle
    window entry_order as (
        partition by named_readings.control_id
        order by
            named_readings.reading_at asc nulls first,
            named_readings.source_cycle_id asc nulls first
    )
),

ids_in_parts as (
    select
        named_readings.control_id,
        named_readings.source_cycle_id
    from named_readings
    where named_readings.enters_cycle or named_readings.follows_silence
    group by named_readings.control_id, named_readings.source_cycle_id
    having
        count(*) filter (where named_readings.enters_cycle) > 1
        or bool_or(named_readings.follows_silence)
),

readings_in_parts as (
    select
        named_readings.control_id,
        named_readings.source_cycle_id,
        named_readings.source_stage,
        named_readings.source,
        named_readings.reading_number,
        named_readings.power_w,
        named_readings.enters_cycle,
        named_readings.silence_seconds,
        lag(named_readings.power_w) over own_order as own_previous_power_w,
        lag(named_readings.reading_at) over own_order as own_previous_at,
        named_readings.reading_at
    from named_readings
    inner join ids_in_parts
        on
            named_readings.control_id = ids_in_parts.control_id
            and named_readings.source_cycle_id = ids_in_parts.source_cycle_id
    window own_order as (
        partition by named_readings.control_id, named_readings.source_cycle_id
        order by
            named_readings.reading_at asc nulls first,
            named_readings.reading_number asc nulls first
    )
),

-- Another id came between only if it was entered strictly between two readings: of
-- readings of one moment nobody knows which came first.
gaps as (
    select
        readings_in_parts.control_id,
        readings_in_parts.source_cycle_id,
        readings_in_parts.source_stage,
        readings_in_parts.source,
        readings_in_parts.reading_number,
        readings_in_parts.power_w,
        readings_in_parts.own_previous_power_w,
        {{ seconds_between(
            'readings_in_parts.own_previous_at', 'readings_in_parts.reading_at'
        ) }} as own_gap_s,
        readings_in_parts.silence_seconds,
        readings_in_parts.enters_cycle
        and coalesce(
            (
                entries.id_before <> entries.source_cycle_id
                and entries.entered_before_at > readings_in_parts.own_previous_at
                and entries.entered_before_at < readings_in_parts.reading_at
            )
            or (
                entries.id_two_before <> entries.source_cycle_id
                and entries.entered_two_before_at > readings_in_parts.own_previous_at
                and entries.entered_two_before_at < readings_in_parts.reading_at
            ),
            false
        ) as follows_other_id,
        readings_in_parts.reading_at
    from readings_in_parts
    left join entries
        on
            readings_in_parts.control_id = entries.control_id
            and readings_in_parts.source_cycle_id = entries.source_cycle_id
            and readings_in_parts.reading_at = entries.reading_at
            and readings_in_parts.enters_cycle
)

select * from gaps
