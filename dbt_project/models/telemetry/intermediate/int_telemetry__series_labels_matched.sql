-- What a labelled series says of single readings: true beats unknown, unknown beats
-- normal.
with

labels as (
    select * from {{ ref('int_telemetry__labels_kept') }}
),

controls as (
    select * from {{ ref('int_telemetry__series_controls_described') }}
),

series_labels as (
    select
        labels.source,
        labels.control_id,
        labels.label_level,
        labels.is_anomaly,
        labels.started_at,
        labels.ended_at
    from labels
    inner join controls
        on
            labels.source = controls.source
            and labels.control_id = controls.control_id
),

reading_labels as (
    select
        series_labels.source,
        series_labels.control_id,
        max(case when series_labels.is_anomaly then 1 else 0 end) = 1 as is_anomaly,
        series_labels.started_at,
        max(coalesce(series_labels.ended_at, series_labels.started_at)) as ended_at
    from series_labels
    group by series_labels.source, series_labels.control_id, series_labels.started_at
)

select * from reading_labels
