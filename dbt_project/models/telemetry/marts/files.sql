with

delivered_files as (
    select * from {{ ref('stg_telemetry__files') }}
),

deliveries as (
    select * from {{ ref('int_telemetry__deliveries_compared') }}
    where superseded = 'whole'
),

rows_superseded as (
    select
        superseded.load_id,
        superseded.source,
        superseded.source_file,
        count(*) as row_count
    from {{ ref('int_telemetry__rows_superseded') }} as superseded
    group by superseded.load_id, superseded.source, superseded.source_file
),

files as (
    select
        delivered_files.load_id,
        delivered_files.source,
        delivered_files.source_file,
        delivered_files.file_hash,
        delivered_files.status,
        delivered_files.byte_count,
        delivered_files.rows_in,
        delivered_files.rows_accepted,
        delivered_files.rows_duplicate,
        delivered_files.rows_rejected,
        cast(case
            when deliveries.load_id is not null then delivered_files.rows_accepted
            else coalesce(rows_superseded.row_count, 0)
        end as bigint) as rows_superseded,
        delivered_files.cells_rejected,
        delivered_files.landed_date,
        delivered_files.first_reading_at,
        delivered_files.last_reading_at,
        delivered_files.landed_at
    from delivered_files
    left join deliveries
        on {{ telemetry_same_delivery('deliveries', 'delivered_files') }}
    left join rows_superseded
        on {{ telemetry_same_delivery('rows_superseded', 'delivered_files') }}
)

select * from files
