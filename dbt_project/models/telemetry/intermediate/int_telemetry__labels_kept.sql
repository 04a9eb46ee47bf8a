{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_telemetry__after_staging') }}
-- Delivered labels but for those that gave way. A file of labels says all there is to
-- say: the newest one at its path stands alone.
with

labels as (
    select * from {{ ref('stg_telemetry__labels') }}
),

rows_superseded as (
    select * from {{ ref('int_telemetry__rows_superseded') }}
),

deliveries_superseded as (
    select * from {{ ref('int_telemetry__deliveries_compared') }}
    where superseded is not null
),

labels_kept as (
    select labels.*
    from labels
    {{ telemetry_did_not_give_way(
        'labels',
        "(deliveries_superseded.superseded = 'whole' or labels.label_level <> 'reading')"
    ) }}
)

select * from labels_kept
