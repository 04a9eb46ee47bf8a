{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_telemetry__after_landing') }}
with

labels as (
    select * from {{ source('raw_telemetry', 'labels') }}
),

deliveries_held as (
    select * from {{ ref('stg_telemetry__deliveries') }}
    where is_held
),

labels_renamed as (
    select
        labels.load_id,
        labels.source,
        labels.source_file,
        labels.control_id,
        {{ machine_cycle_id('labels.control_id', "nullif(trim(labels.cycle_id), '')") }}
            as cycle_id,
        labels.label_level,
        labels.issue_kind,
        labels.record_number,
        labels.is_anomaly,
        labels.started_at,
        labels.ended_at
    from labels
    {{ telemetry_not_held('labels') }}
)

select * from labels_renamed
