{{ config(materialized=as_view(kept=true)) }}
-- Rows that gave way one by one, their delivery's source being declared so.
with

readings_superseded as (
    select * from {{ ref('int_telemetry__readings_superseded') }}
),

deliveries as (
    select * from {{ ref('int_telemetry__deliveries_compared') }}
    where superseded = 'by_time'
),

rows_superseded as (
    select
        readings_superseded.load_id,
        readings_superseded.source,
        readings_superseded.source_file,
        readings_superseded.record_number
    from readings_superseded
    left join deliveries
        on {{ telemetry_same_delivery('deliveries', 'readings_superseded') }}
    where
        readings_superseded.superseded_by = 'version'
        or deliveries.load_id is not null
)

select * from rows_superseded
