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

{% if slots_relation -%}
stored_cycles as (
    select distinct
        slots.control_id,
        slots.cycle_id,
        slots.started_at,
        slots.ended_at
    from {{ slots_relation }} as slots
),
{%- else -%}
stored_cycles as (
    select
        cast(null as {{ dbt.type_string() }}) as control_id,
        cast(null as {{ dbt.type_string() }}) as cycle_id,
        cast(null as timestamp) as started_at,
        cast(null as timestamp) as ended_at
    where false
),
{%- endif %}

-- a late reading of a named cycle stretches the cycle over all that lies between
named_ranges as (
    select
        touched_ranges.control_id,
        least(
            min(touched_ranges.first_reading_at),
            coalesce(
                min(stored_cycles.started_at), min(touched_ranges.first_reading_at)
            )
        ) as first_at,
        greatest(
            max(touched_ranges.last_reading_at),
            coalesce(max(stored_cycles.ended_at), max(touched_ranges.last_reading_at))
        ) as last_at
    from touched_ranges
    left join stored_cycles
        on
            touched_ranges.control_id = stored_cycles.control_id
            and touched_ranges.source_cycle_id = stored_cycles.cycle_id
    where touched_ranges.source_cycle_id is not null
    group by touched_ranges.control_id, touched_ranges.source_cycle_id
),

ranges as (
    select
        named_ranges.control_id,
        named_ranges.first_at,
        named_ranges.last_at
    from named_ranges
    union all
    select
        touched_ranges.control_id,
        min(touched_ranges.first_reading_at) as first_at,
        max(touched_ranges.last_reading_at) as last_at
    from touched_ranges
    where touched_ranges.source_cycle_id is null
    group by touched_ranges.control_id, touched_ranges.reading_date
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
