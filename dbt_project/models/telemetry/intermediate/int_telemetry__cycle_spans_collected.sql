-- From when to when each cycle lasts: as the source named it, or as its power shows it.
with

named_cycles as (
    select * from {{ ref('int_telemetry__named_cycles_identified') }}
),

sessions as (
    select * from {{ ref('int_telemetry__sessions_detected') }}
),

cycle_spans as (
    select
        named_cycles.cycle_id,
        named_cycles.control_id,
        named_cycles.source_cycle_id,
        named_cycles.source,
        named_cycles.reading_count,
        named_cycles.has_stages,
        named_cycles.other_id_count,
        named_cycles.largest_gap_s,
        false as is_derived,
        named_cycles.started_at,
        named_cycles.ended_at
    from named_cycles
    union all
    select
        sessions.control_id
        || '/'
        || {{ timestamp_key('sessions.started_at') }} as cycle_id,
        sessions.control_id,
        cast(null as {{ dbt.type_string() }}) as source_cycle_id,
        sessions.source,
        sessions.reading_count,
        sessions.has_stages,
        cast(0 as bigint) as other_id_count,
        cast(null as double) as largest_gap_s,
        true as is_derived,
        sessions.started_at,
        sessions.ended_at
    from sessions
),

-- Where cycles overlap, a reading without an id belongs to the one that started last.
cycle_spans_apart as (
    select
        cycle_spans.cycle_id,
        cycle_spans.control_id,
        cycle_spans.source_cycle_id,
        cycle_spans.source,
        cycle_spans.reading_count,
        cycle_spans.has_stages,
        cycle_spans.other_id_count,
        cycle_spans.largest_gap_s,
        cycle_spans.is_derived,
        {{ time_slot('cycle_spans.started_at', 300) }} as first_slot,
        {{ time_slot('cycle_spans.ended_at', 300) }} as last_slot,
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
