-- Each sensor's level and scatter around a slot, in robust sigmas of its own lead-in.
-- Floors keep a sensor that stood still in the lead-in from making every later move
-- infinite. Least and greatest pass over nulls: what has no level has no distance.
{%- set clip = point_setting('clip') %}
with

levels_and_scatters as (
    select * from {{ ref('int_telemetry__series_slots_smoothed') }}
),

lead_in_medians as (
    select
        levels_and_scatters.source,
        levels_and_scatters.control_id,
        levels_and_scatters.sensor,
        max(levels_and_scatters.centre) as centre,
        {{ median('levels_and_scatters.level') }} as median_level,
        {{ median('levels_and_scatters.scatter') }} as median_scatter,
        sqrt(
            sum(levels_and_scatters.value_count * levels_and_scatters.square)
            / sum(levels_and_scatters.value_count)
        ) as spread
    from levels_and_scatters
    where levels_and_scatters.is_lead_in
    group by
        levels_and_scatters.source, levels_and_scatters.control_id,
        levels_and_scatters.sensor
),

activities as (
    select
        levels_and_scatters.source,
        levels_and_scatters.control_id,
        levels_and_scatters.sensor,
        levels_and_scatters.slot,
        levels_and_scatters.is_lead_in,
        levels_and_scatters.level - lead_in_medians.median_level as level_deviation,
        ln(
            levels_and_scatters.scatter + 0.05 * lead_in_medians.median_scatter
            + 0.001 * abs(lead_in_medians.centre) + 0.000000001
        ) as activity,
        lead_in_medians.centre,
        lead_in_medians.spread
    from levels_and_scatters
    inner join lead_in_medians
        on
            levels_and_scatters.source = lead_in_medians.source
            and levels_and_scatters.control_id = lead_in_medians.control_id
            and levels_and_scatters.sensor = lead_in_medians.sensor
),

activity_medians as (
    select
        activities.source,
        activities.control_id,
        activities.sensor,
        {{ median('activities.activity') }} as median_activity,
        1.4826 * {{ median('abs(activities.level_deviation)') }} as level_spread
    from activities
    where activities.is_lead_in
    group by activities.source, activities.control_id, activities.sensor
),

activity_spreads as (
    select
        activities.source,
        activities.control_id,
        activities.sensor,
        1.4826 * {{ median(
            'abs(activities.activity - activity_medians.median_activity)'
        ) }} as activity_spread
    from activities
    inner join activity_medians
        on
            activities.source = activity_medians.source
            and activities.control_id = activity_medians.control_id
            and activities.sensor = activity_medians.sensor
    where activities.is_lead_in
    group by activities.source, activities.control_id, activities.sensor
),

slots_compared as (
    select
        activities.source,
        activities.control_id,
        activities.sensor,
        activities.slot,
        activities.is_lead_in,
        case
            when activities.level_deviation is not null
                then {{ round_to(
                    'least(abs(activities.level_deviation) / greatest('
                    ~ 'activity_medians.level_spread, '
                    ~ point_setting('level_floor_share') ~ ' * activities.spread, '
                    ~ '0.01 * abs(activities.centre), 0.000000001), ' ~ clip ~ ')', 6
                ) }}
        end as level_z,
        case
            when activities.activity is not null
                then {{ round_to(
                    'least(abs(activities.activity - activity_medians.median_activity)'
                    ~ ' / greatest(activity_spreads.activity_spread, '
                    ~ point_setting('activity_floor') ~ '), ' ~ clip ~ ')', 6
                ) }}
        end as activity_z
    from activities
    inner join activity_medians
        on
            activities.source = activity_medians.source
            and activities.control_id = activity_medians.control_id
            and activities.sensor = activity_medians.sensor
    inner join activity_spreads
        on
            activities.source = activity_spreads.source
            and activities.control_id = activity_spreads.control_id
            and activities.sensor = activity_spreads.sensor
)

select * from slots_compared
