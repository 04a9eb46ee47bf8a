{%- set slots_relation = stored_relation('int_telemetry__cycle_slots') -%}
-- Touched ranges grown to all that new readings can change: the cycle they belong to,
-- the one before and the one after. Sessions depend on their neighbours across an idle
-- gap and no further.
with

touched_ranges as (
    select * from {{ ref('int_telemetry__touched_ranges') }}
),

controls as (
    select * from {{ ref('int_telemetry__controls_described') }}
),

cycle_islands as (
    select * from {{ ref('int_telemetry__cycle_islands_merged') }}
),

stored_cycles as (
    {{ telemetry_stored_cycles(slots_relation) }}
),

stored_cycles_in_order as (
    select
        stored_cycles.control_id,
        stored_cycles.source_cycle_id,
        stored_cycles.started_at,
        stored_cycles.ended_at,
        row_number() over (
            partition by stored_cycles.control_id, stored_cycles.source_cycle_id
            order by stored_cycles.started_at asc nulls first
        ) as place,
        min(stored_cycles.ended_at) over (
            partition by stored_cycles.control_id, stored_cycles.source_cycle_id
            order by stored_cycles.started_at asc nulls first
            rows between unbounded preceding and current row
        ) as first_ended_at
    from stored_cycles
    where stored_cycles.source_cycle_id is not null
),

-- The first cycle of a name bears it. Where that may be another one from now on, both
-- are opened again.
renamed_ranges as (
    select distinct
        stored_cycles_in_order.control_id,
        stored_cycles_in_order.started_at as first_at,
        stored_cycles_in_order.ended_at as last_at
    from stored_cycles_in_order
    inner join touched_ranges
        on
            stored_cycles_in_order.control_id = touched_ranges.control_id
            and stored_cycles_in_order.source_cycle_id = touched_ranges.source_cycle_id
            and stored_cycles_in_order.first_ended_at >= touched_ranges.first_reading_at
    where stored_cycles_in_order.place <= 2
),

ranges as (
    select
        renamed_ranges.control_id,
        renamed_ranges.first_at,
        renamed_ranges.last_at
    from renamed_ranges
    union all
    select
        touched_ranges.control_id,
        min(touched_ranges.first_reading_at) as first_at,
        max(touched_ranges.last_reading_at) as last_at
    from touched_ranges
    group by
        touched_ranges.control_id,
        touched_ranges.source_cycle_id,
        touched_ranges.reading_date
),

ranges_between_islands as (
    select
        ranges.control_id,
        coalesce(
            max(
                case
                    when
                        cycle_islands.started_at < ranges.first_at
                        then cycle_islands.started_at
                end
            ),
            ranges.first_at
        ) as opened_from,
        coalesce(
            min(
                case
                    when
                        cycle_islands.started_at > ranges.last_at
                        then {{ just_after('cycle_islands.ended_at') }}
                end
            ),
            cast('9999-12-31' as timestamp)
        ) as opened_until
    from ranges
    left join cycle_islands on ranges.control_id = cycle_islands.control_id
    group by ranges.control_id, ranges.first_at, ranges.last_at
),

ranges_widened as (
    select
        ranges_between_islands.control_id,
        ranges_between_islands.opened_from,
        ranges_between_islands.opened_until
    from ranges_between_islands
    union all
    select
        controls.control_id,
        cast('0100-01-01' as timestamp) as opened_from,
        cast('9999-12-31' as timestamp) as opened_until
    from controls
    where controls.is_changed {{ '' if slots_relation else 'or true' }}
)

select * from ranges_widened
