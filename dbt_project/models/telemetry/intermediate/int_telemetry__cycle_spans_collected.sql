-- From when to when each cycle lasts: as the source named it, or as its power shows it.
with

readings as (
    {{ reopened(ref('int_telemetry__readings_deduplicated'), 'reading_at') }}
),

sessions as (
    select * from {{ ref('int_telemetry__sessions_detected') }}
),

cycle_spans as (
    select
        readings.source_cycle_id as cycle_id,
        readings.control_id,
        min(readings.source) as source,
        count(*) as reading_count,
        count(readings.source_stage) = count(*) as has_stages,
        false as is_derived,
        min(readings.reading_at) as started_at,
        max(readings.reading_at) as ended_at
    from readings
    where readings.source_cycle_id is not null
    group by readings.source_cycle_id, readings.control_id
    union all
    select
        sessions.control_id
        || '/'
        || {{ timestamp_key('sessions.started_at') }} as cycle_id,
        sessions.control_id,
        sessions.source,
        sessions.reading_count,
        sessions.has_stages,
        true as is_derived,
        sessions.started_at,
        sessions.ended_at
    from sessions
),

-- Where cycles overlap, a reading without an id belongs to the one that started last. A
-- named cycle with one reading from a broken clock must not be cut into years of slots.
cycle_spans_apart as (
    select
        cycle_spans.cycle_id,
        cycle_spans.control_id,
        cycle_spans.source,
        cycle_spans.reading_count,
        cycle_spans.has_stages,
        cycle_spans.is_derived,
        {{ time_slot('cycle_spans.started_at', 300) }} as first_slot,
        case
            when cycle_spans.is_derived
                then {{ time_slot('cycle_spans.ended_at', 300) }}
            else
                least(
                    {{ time_slot('cycle_spans.ended_at', 300) }},
                    {{ time_slot('cycle_spans.started_at', 300) }} + 2016
                )
        end as last_slot,
        cycle_spans.started_at,
        cycle_spans.ended_at,
        lead(cycle_spans.started_at) over (
            partition by cycle_spans.control_id
            order by
                cycle_spans.started_at asc nulls first,
                cycle_spans.cycle_id asc nulls first
        ) as next_started_at
    from cycle_spans
)

select * from cycle_spans_apart
