{{ config(materialized=as_view()) }}
-- Raw sensor values of labelled series beside their label, for the yardstick a person
-- would draw by hand.
with

sensor_values as (
    select * from {{ ref('int_telemetry__sensor_values_kept') }}
),

readings as (
    select * from {{ ref('int_telemetry__series_readings_listed') }}
),

point_anomalies as (
    select * from {{ ref('point_anomalies') }}
),

labels as (
    select
        point_anomalies.source,
        point_anomalies.control_id,
        point_anomalies.reading_at,
        max(case when point_anomalies.label then 1 else 0 end) = 1 as label
    from point_anomalies
    where point_anomalies.label is not null
    group by
        point_anomalies.source, point_anomalies.control_id, point_anomalies.reading_at
),

raw_values as (
    {{ series_values() }}
),

labelled_values as (
    select
        raw_values.source,
        raw_values.control_id,
        raw_values.sensor,
        raw_values.value,
        labels.label,
        raw_values.reading_at
    from raw_values
    inner join labels
        on
            raw_values.source = labels.source
            and raw_values.control_id = labels.control_id
            and raw_values.reading_at = labels.reading_at
    where raw_values.value is not null
)

select * from labelled_values
