{%- set slots_relation = stored_relation('int_telemetry__cycle_slots') -%}
-- Cycles as the last run left them, those that overlap merged: a window that ends
-- between two islands cuts no cycle.
with

{% if slots_relation -%}
stored_cycles as (
    select distinct
        slots.control_id,
        slots.started_at,
        slots.ended_at
    from {{ slots_relation }} as slots
),
{%- else -%}
stored_cycles as (
    select
        cast(null as {{ dbt.type_string() }}) as control_id,
        cast(null as timestamp) as started_at,
        cast(null as timestamp) as ended_at
    where false
),
{%- endif %}

cycles_with_reach as (
    select
        stored_cycles.control_id,
        stored_cycles.started_at,
        stored_cycles.ended_at,
        max(stored_cycles.ended_at) over (
            partition by stored_cycles.control_id
            order by
                stored_cycles.started_at asc nulls first,
                stored_cycles.ended_at asc nulls first
            rows between unbounded preceding and 1 preceding
        ) as reached_at
    from stored_cycles
),

cycles_with_island as (
    select
        cycles_with_reach.control_id,
        cycles_with_reach.started_at,
        cycles_with_reach.ended_at,
        sum(
            case
                when
                    cycles_with_reach.started_at <= cycles_with_reach.reached_at
                    then 0
                else 1
            end
        ) over (
            partition by cycles_with_reach.control_id
            order by
                cycles_with_reach.started_at asc nulls first,
                cycles_with_reach.ended_at asc nulls first
            rows between unbounded preceding and current row
        ) as island
    from cycles_with_reach
),

cycle_islands as (
    select
        cycles_with_island.control_id,
        min(cycles_with_island.started_at) as started_at,
        max(cycles_with_island.ended_at) as ended_at
    from cycles_with_island
    group by cycles_with_island.control_id, cycles_with_island.island
)

select * from cycle_islands
