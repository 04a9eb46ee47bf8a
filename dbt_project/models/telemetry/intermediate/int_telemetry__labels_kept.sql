{{ config(materialized='view') }}
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
    where
        not exists (
            select 1 from deliveries_superseded
            where
                {{ telemetry_same_delivery('deliveries_superseded', 'labels') }}
                and (
                    deliveries_superseded.superseded = 'whole'
                    or labels.label_level <> 'reading'
                )
        )
        and not exists (
            select 1 from rows_superseded
            where
                {{ telemetry_same_delivery('rows_superseded', 'labels') }}
                and rows_superseded.record_number = labels.record_number
        )
)

select * from labels_kept
