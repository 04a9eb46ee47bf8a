-- The distance of a slot as a multiple of what was usual in the lead-in, or of what was
-- usual in all that came before its period where that is more: once for level, once for
-- scatter, the larger of both counts.
--
-- Of the distances before, the share beyond a multiple of their upper quantile falls as
-- the tail of an exponential distribution: so the quantile gives the distance that the
-- declared rate of slots exceeds, and earlier faults do not, as long as they are rarer.
-- The shorter that history, the less sure it is: the distance is widened by as much.
--
-- Without such a history the rate cannot be learnt: neighbouring slots share their
-- values, so that a lead-in holds about six of them that are independent; of few
-- sensors its upper quantile is less sure than of many. Where no label vouches for it
-- either, or all its sensors wander, a slot has a score and no threshold: it is not
-- judged yet.
{%- set usual = point_setting('usual_quantile') %}
{%- set margin = point_setting('margin') %}
{%- set least_distance = point_setting('least_distance') %}
{%- set of_rate -%}
ln({{ point_setting('false_alarm_rate') }})
/ ln(1 - {{ point_setting('history_quantile') }}) / {{ margin }} * (
    1 + {{ point_setting('history_widening') }}
    / greatest(distances.period + distances.periods_in_lead_in, 1)
)
{%- endset %}
with

distances as (
    select * from {{ ref('int_telemetry__series_distances_measured') }}
),

histories as (
    select * from {{ ref('int_telemetry__series_histories_measured') }}
),

vouched_lead_ins as (
    select * from {{ ref('int_telemetry__series_lead_ins_vouched') }}
),

wandering_sensors as (
    select * from {{ ref('int_telemetry__series_wandering_sensors_found') }}
),

wandering_series as (
    select
        wandering_sensors.source,
        wandering_sensors.control_id,
        count(*) as sensor_count
    from wandering_sensors
    group by wandering_sensors.source, wandering_sensors.control_id
),

lead_ins as (
    select
        distances.source,
        distances.control_id,
        max(distances.sensor_count) as sensor_count,
        greatest(
            {{ percentile('distances.level_distance', usual) }},
            {{ least_distance }}
        ) as level_distance,
        greatest(
            {{ percentile('distances.activity_distance', usual) }},
            {{ least_distance }}
        ) as activity_distance
    from distances
    where distances.is_lead_in
    group by distances.source, distances.control_id
),

slots_scored as (
    select
        distances.source,
        distances.control_id,
        distances.slot,
        distances.top_sensor,
        {% call round_to(digits=6) %}
            greatest(
                distances.level_distance / greatest(
                    lead_ins.level_distance,
                    coalesce(histories.level_distance * {{ of_rate }}, 0)
                ),
                distances.activity_distance / greatest(
                    lead_ins.activity_distance,
                    coalesce(histories.activity_distance * {{ of_rate }}, 0)
                )
            )
        {% endcall %} as score,
        case
            when distances.is_lead_in or histories.source is not null
                then cast({{ margin }} as double)
            when
                vouched_lead_ins.source is not null
                and coalesce(wandering_series.sensor_count, 0) < lead_ins.sensor_count
                then {{ round_to(
                    margin ~ ' + ' ~ point_setting('lead_in_margin')
                    ~ ' / cast(lead_ins.sensor_count * lead_ins.sensor_count as double)', 6
                ) }}
        end as threshold
    from distances
    inner join lead_ins
        on
            distances.source = lead_ins.source
            and distances.control_id = lead_ins.control_id
    left join histories
        on
            distances.source = histories.source
            and distances.control_id = histories.control_id
            and distances.period = histories.period
    left join vouched_lead_ins
        on
            distances.source = vouched_lead_ins.source
            and distances.control_id = vouched_lead_ins.control_id
    left join wandering_series
        on
            distances.source = wandering_series.source
            and distances.control_id = wandering_series.control_id
)

select * from slots_scored
