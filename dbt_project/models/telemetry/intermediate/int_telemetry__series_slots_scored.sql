-- The distance of a slot over all its sensors, averaged over its neighbours, as a
-- multiple of what was usual in the lead-in: once for level, once for scatter, the
-- larger of both counts.
{%- set score_reach = point_setting('score_reach') %}
{%- set usual = point_setting('usual_quantile') %}
with

slots_compared as (
    select * from {{ ref('int_telemetry__series_slots_compared') }}
),

distances as (
    select
        slots_compared.source,
        slots_compared.control_id,
        slots_compared.slot,
        slots_compared.is_lead_in,
        avg(slots_compared.level_z * slots_compared.level_z) as level_square,
        avg(slots_compared.activity_z * slots_compared.activity_z) as activity_square,
        max_by(
            slots_compared.sensor,
            greatest(slots_compared.level_z, slots_compared.activity_z)
        ) as top_sensor
    from slots_compared
    group by
        slots_compared.source, slots_compared.control_id, slots_compared.slot,
        slots_compared.is_lead_in
),

near as (
    select
        distances.source,
        distances.control_id,
        distances.slot,
        distances.is_lead_in,
        distances.top_sensor,
        sqrt(avg(distances.level_square) over neighbours) as level_distance,
        sqrt(avg(distances.activity_square) over neighbours) as activity_distance
    from distances
    window neighbours as (
        partition by distances.source, distances.control_id
        order by distances.slot
        rows between {{ score_reach }} preceding and {{ score_reach }} following
    )
),

usual_distances as (
    select
        near.source,
        near.control_id,
        greatest(
            percentile_cont({{ usual }}) within group (order by near.level_distance),
            {{ point_setting('least_distance') }}
        ) as level_distance,
        greatest(
            percentile_cont({{ usual }}) within group (order by near.activity_distance),
            {{ point_setting('least_distance') }}
        ) as activity_distance
    from near
    where near.is_lead_in
    group by near.source, near.control_id
),

slots_scored as (
    select
        near.source,
        near.control_id,
        near.slot,
        near.top_sensor,
        greatest(
            near.level_distance / usual_distances.level_distance,
            near.activity_distance / usual_distances.activity_distance
        ) as score,
        cast({{ point_setting('margin') }} as double) as threshold
    from near
    inner join usual_distances
        on
            near.source = usual_distances.source
            and near.control_id = usual_distances.control_id
)

select * from slots_scored
