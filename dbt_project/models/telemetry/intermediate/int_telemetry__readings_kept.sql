{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_telemetry__after_staging') }}
-- Delivered readings but for those that gave way to a later delivery.
with

readings as (
    select * from {{ ref('stg_telemetry__readings') }}
),

rows_superseded as (
    select * from {{ ref('int_telemetry__rows_superseded') }}
),

deliveries_superseded as (
    select * from {{ ref('int_telemetry__deliveries_compared') }}
    where superseded = 'whole'
),

readings_kept as (
    select readings.*
    from readings
    {{ telemetry_did_not_give_way('readings') }}
)

select * from readings_kept
