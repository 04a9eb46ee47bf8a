{%- set slots_relation = stored_relation('int_telemetry__cycle_slots') -%}
-- Cycles that a source names, each under an id of its own: the first one of a name
-- bears it, those that come after it bear the moment they began as well.
with

readings as (
    {{ reopened(ref('int_telemetry__readings_deduplicated'), 'reading_at') }}
),

cycles_parted as (
    select * from {{ ref('int_telemetry__named_cycles_parted') }}
),

windows as (
    select * from {{ ref('int_telemetry__reopened_windows') }}
),

cycles_in_one_part as (
    select
        readings.control_id,
        readings.source_cycle_id,
        min(readings.source) as source,
        count(*) as reading_count,
        count(readings.source_stage) = count(*) as has_stages,
        cast(0 as bigint) as other_id_count,
        cast(null as double) as largest_gap_s,
        min(readings.reading_at) as started_at,
        max(readings.reading_at) as ended_at
    from readings
    where readings.source_cycle_id is not null
    group by readings.control_id, readings.source_cycle_id
),

named_cycles as (
    select * from cycles_parted
    union all
    select cycles_in_one_part.*
    from cycles_in_one_part
    where not exists (
        select 1 from cycles_parted
        where
            cycles_parted.control_id = cycles_in_one_part.control_id
            and cycles_parted.source_cycle_id = cycles_in_one_part.source_cycle_id
    )
),

-- ids that a cycle outside of what is computed anew bears: it came first, or it would
-- have been opened again
ids_taken as (
    {{ telemetry_stored_cycles(slots_relation) }}
),

ids_taken_elsewhere as (
    select distinct
        ids_taken.control_id,
        ids_taken.source_cycle_id
    from ids_taken
    where
        ids_taken.source_cycle_id is not null
        and not exists (
            select 1 from windows
            where
                windows.control_id = ids_taken.control_id
                and ids_taken.started_at >= windows.opened_from
                and ids_taken.started_at < windows.opened_until
        )
),

cycles_in_order as (
    select
        named_cycles.*,
        ids_taken_elsewhere.source_cycle_id is not null as is_taken,
        row_number() over (
            partition by named_cycles.control_id, named_cycles.source_cycle_id
            order by named_cycles.started_at asc nulls first
        ) as place
    from named_cycles
    left join ids_taken_elsewhere
        on
            named_cycles.control_id = ids_taken_elsewhere.control_id
            and named_cycles.source_cycle_id = ids_taken_elsewhere.source_cycle_id
),

cycles_identified as (
    select
        case
            when cycles_in_order.place = 1 and not cycles_in_order.is_taken
                then cycles_in_order.source_cycle_id
            else
                cycles_in_order.source_cycle_id
                || '@'
                || {{ timestamp_key('cycles_in_order.started_at') }}
        end as cycle_id,
        cycles_in_order.control_id,
        cycles_in_order.source_cycle_id,
        cycles_in_order.source,
        cycles_in_order.reading_count,
        cycles_in_order.has_stages,
        cycles_in_order.other_id_count,
        cycles_in_order.largest_gap_s,
        cycles_in_order.started_at,
        cycles_in_order.ended_at
    from cycles_in_order
)

select * from cycles_identified
