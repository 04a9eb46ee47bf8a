{{ config(materialized=as_view(kept=true)) }}
-- depends_on: {{ ref('gate_telemetry__after_landing') }}
with

files as (
    select * from {{ source('raw_telemetry', 'files') }}
),

deliveries_held as (
    select * from {{ ref('stg_telemetry__deliveries') }}
    where is_held
),

files_renamed as (
    select
        files.load_id,
        files.source,
        files.source_file,
        files.file_hash,
        case
            when deliveries_held.load_id is not null and files.status <> 'rejected'
                then 'held'
            else files.status
        end as status,
        files.byte_count,
        files.rows_in,
        files.rows_accepted,
        files.rows_duplicate,
        files.rows_rejected,
        coalesce(files.cells_rejected, 0) as cells_rejected,
        files.seconds,
        deliveries_held.load_id is not null as is_held,
        cast(files.landed_at as date) as landed_date,
        files.first_reading_at,
        files.last_reading_at,
        files.landed_at
    from files
    left join deliveries_held
        on
            files.load_id = deliveries_held.load_id
            and files.source = deliveries_held.source
)

select * from files_renamed
