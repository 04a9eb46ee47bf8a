-- The distance of a slot over all its sensors, averaged over its neighbours, once for
-- level and once for scatter; and the period it lies in: half days counted from the end
-- of the lead-in, shorter where the lead-in is short, longer where there would be too
-- many.
{%- set score_reach = point_setting('score_reach') %}
with

slots_compared as (
    select * from {{ ref('int_telemetry__series_slots_compared') }}
),

lead_ins as (
    select * from {{ ref('int_telemetry__series_lead_ins_measured') }}
),

distances as (
    select
        slots_compared.source,
        slots_compared.control_id,
        slots_compared.slot,
        slots_compared.is_lead_in,
        count(*) as sensor_count,
        avg(slots_compared.level_z * slots_compared.level_z) as level_square,
        avg(slots_compared.activity_z * slots_compared.activity_z) as activity_square,
        max_by(
            slots_compared.sensor,
            coalesce(greatest(slots_compared.level_z, slots_compared.activity_z), 0)
        ) as top_sensor
    from slots_compared
    group by
        slots_compared.source, slots_compared.control_id, slots_compared.slot,
        slots_compared.is_lead_in
),

lengths as (
    select
        distances.source,
        distances.control_id,
        max(distances.slot) as last_slot
    from distances
    group by distances.source, distances.control_id
),

periods as (
    select
        lead_ins.source,
        lead_ins.control_id,
        lead_ins.slot_seconds,
        lead_ins.lead_in_seconds,
        greatest(
            least(
                3600 * {{ point_setting('period_hours') }},
                {{ point_setting('lead_ins_in_period') }} * lead_ins.lead_in_seconds
            ),
            lengths.last_slot * lead_ins.slot_seconds
            / {{ point_setting('most_periods') }},
            lead_ins.slot_seconds
        ) as period_seconds
    from lead_ins
    inner join lengths
        on
            lead_ins.source = lengths.source
            and lead_ins.control_id = lengths.control_id
),

distances_measured as (
    select
        distances.source,
        distances.control_id,
        distances.slot,
        distances.is_lead_in,
        distances.top_sensor,
        distances.sensor_count,
        sqrt(avg(distances.level_square) over neighbours) as level_distance,
        sqrt(avg(distances.activity_square) over neighbours) as activity_distance,
        periods.lead_in_seconds / periods.period_seconds as periods_in_lead_in,
        cast(floor(
            (distances.slot * periods.slot_seconds - periods.lead_in_seconds)
            / periods.period_seconds
        ) as bigint) as period
    from distances
    inner join periods
        on
            distances.source = periods.source
            and distances.control_id = periods.control_id
    window neighbours as (
        partition by distances.source, distances.control_id
        order by distances.slot
        rows between {{ score_reach }} preceding and {{ score_reach }} following
    )
)

select * from distances_measured
