{{ config(
    materialized='incremental',
    incremental_strategy='replace_windows',
    on_schema_change='append_new_columns',
    meta={'replace_windows': {
        'column': 'reading_at',
        'day': 'cast(target.reading_at as date)',
    }},
    pre_hook='{{ forget_days() }}',
) }}
-- The one sort of the graph: each reading with what lies between it and the one before
-- it. What spans the start of a re-opened window is null; only what lies within a cycle
-- is ever used.
with

readings as (
    {{ reopened(ref('int_telemetry__readings_kept'), 'reading_at') }}
),

readings_beside_neighbours as (
    select
        readings.load_id,
        readings.control_id,
        readings.source,
        readings.source_cycle_id,
        readings.source_stage,
        readings.power_w,
        readings.temperature_c,
        readings.reading_at,
        lag(readings.reading_at) over reading_order as previous_at,
        lag(readings.power_w) over reading_order as previous_power_w,
        lag(readings.source_cycle_id) over reading_order as previous_cycle_id,
        lead(readings.reading_at) over reading_order as next_at
    from readings
    window reading_order as (
        partition by readings.control_id
        order by
            readings.reading_at asc nulls first,
            readings.power_w asc nulls first,
            readings.temperature_c asc nulls first,
            readings.source_cycle_id asc nulls first,
            readings.source_stage asc nulls first,
            readings.load_id asc nulls first
    )
),

readings_ordered as (
    select
        readings_beside_neighbours.load_id,
        readings_beside_neighbours.control_id,
        readings_beside_neighbours.source,
        readings_beside_neighbours.source_cycle_id,
        readings_beside_neighbours.source_stage,
        readings_beside_neighbours.power_w,
        readings_beside_neighbours.temperature_c,
        {{ seconds_between(
            'readings_beside_neighbours.previous_at', 'readings_beside_neighbours.reading_at'
        ) }} as seconds_since_previous,
        (
            readings_beside_neighbours.power_w
            + readings_beside_neighbours.previous_power_w
        )
        / 2
        * {{ seconds_between(
            'readings_beside_neighbours.previous_at', 'readings_beside_neighbours.reading_at'
        ) }} as energy_since_previous_ws,
        coalesce(
            readings_beside_neighbours.reading_at
            = readings_beside_neighbours.previous_at,
            false
        )
        or coalesce(
            readings_beside_neighbours.reading_at = readings_beside_neighbours.next_at,
            false
        ) as shares_its_time,
        readings_beside_neighbours.source_cycle_id is not null
        and coalesce(
            readings_beside_neighbours.source_cycle_id
            <> readings_beside_neighbours.previous_cycle_id,
            true
        ) as enters_cycle,
        readings_beside_neighbours.reading_at
    from readings_beside_neighbours
)

select * from readings_ordered
