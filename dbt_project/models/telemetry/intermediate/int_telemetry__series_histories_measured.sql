-- What distances were usual before each period after the lead-in, once that is as long
-- as a period: of the lead-in and all periods before, whatever was found in them.
{%- set usual = point_setting('history_quantile') %}
with

distances as (
    select * from {{ ref('int_telemetry__series_distances_measured') }}
),

periods as (
    select
        distances.source,
        distances.control_id,
        distances.period
    from distances
    where distances.period >= 0 and distances.period + distances.periods_in_lead_in >= 1
    group by distances.source, distances.control_id, distances.period
),

histories_measured as (
    select
        periods.source,
        periods.control_id,
        periods.period,
        {{ percentile('distances.level_distance', usual) }}
            as level_distance,
        {{ percentile('distances.activity_distance', usual) }}
            as activity_distance
    from periods
    inner join distances
        on
            periods.source = distances.source
            and periods.control_id = distances.control_id
            and periods.period > distances.period
    group by periods.source, periods.control_id, periods.period
)

select * from histories_measured
