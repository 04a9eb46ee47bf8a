-- The level of each sensor around a slot and its scatter, from counts, sums and sums of
-- squares about the lead-in's centre. None where neighbours are missing, at both ends:
-- half a rhythm has another mean, and would raise an alarm at the end of every series.
{%- set level_reach = point_setting('level_reach') %}
{%- set reach = point_setting('activity_reach') %}
with

slots as (
    select * from {{ ref('int_telemetry__series_slots_averaged') }}
),

centres as (
    select
        slots.source,
        slots.control_id,
        slots.sensor,
        {{ median('slots.mean_value') }} as centre
    from slots
    where slots.is_lead_in
    group by slots.source, slots.control_id, slots.sensor
),

centred_slots as (
    select
        slots.source,
        slots.control_id,
        slots.sensor,
        slots.slot,
        slots.is_lead_in,
        slots.value_count,
        slots.mean_value - centres.centre as deviation,
        slots.variance
        + (slots.mean_value - centres.centre) * (slots.mean_value - centres.centre)
            as square,
        centres.centre
    from slots
    inner join centres
        on
            slots.source = centres.source
            and slots.control_id = centres.control_id
            and slots.sensor = centres.sensor
),

neighbourhoods as (
    select
        centred_slots.source,
        centred_slots.control_id,
        centred_slots.sensor,
        centred_slots.slot,
        centred_slots.is_lead_in,
        centred_slots.centre,
        centred_slots.value_count,
        centred_slots.square,
        count(*) over level_slots as level_slot_count,
        count(*) over activity_slots as activity_slot_count,
        sum(centred_slots.value_count) over level_slots as level_count,
        sum(centred_slots.value_count * centred_slots.deviation) over level_slots
            as level_sum,
        sum(centred_slots.value_count) over activity_slots as activity_count,
        sum(centred_slots.value_count * centred_slots.deviation) over activity_slots
            as activity_sum,
        sum(centred_slots.value_count * centred_slots.square) over activity_slots
            as activity_square_sum
    from centred_slots
    window
        level_slots as (
            partition by
                centred_slots.source, centred_slots.control_id, centred_slots.sensor
            order by centred_slots.slot
            rows between {{ level_reach }} preceding and {{ level_reach }} following
        ),
        activity_slots as (
            partition by
                centred_slots.source, centred_slots.control_id, centred_slots.sensor
            order by centred_slots.slot
            rows between {{ reach }} preceding and {{ reach }} following
        )
),

levels_and_scatters as (
    select
        neighbourhoods.source,
        neighbourhoods.control_id,
        neighbourhoods.sensor,
        neighbourhoods.slot,
        neighbourhoods.is_lead_in,
        neighbourhoods.centre,
        neighbourhoods.value_count,
        neighbourhoods.square,
        case
            when neighbourhoods.level_slot_count = 2 * {{ level_reach }} + 1
                then neighbourhoods.level_sum / neighbourhoods.level_count
        end as level,
        case
            when neighbourhoods.activity_slot_count = 2 * {{ reach }} + 1
                then sqrt(greatest(
                    neighbourhoods.activity_square_sum / neighbourhoods.activity_count
                    - (neighbourhoods.activity_sum / neighbourhoods.activity_count)
                    * (neighbourhoods.activity_sum / neighbourhoods.activity_count),
                    0
                ))
        end as scatter
    from neighbourhoods
)

select * from levels_and_scatters
