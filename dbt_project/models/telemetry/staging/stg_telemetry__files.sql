-- depends_on: {{ ref('gate_telemetry__after_landing') }}
with

files as (
    select * from {{ source('raw_telemetry', 'files') }}
),

files_renamed as (
    select
        files.load_id,
        files.source,
        files.source_file,
        files.file_hash,
        files.status,
        files.byte_count,
        files.rows_in,
        files.rows_accepted,
        files.rows_duplicate,
        files.rows_rejected,
        files.seconds,
        cast(files.landed_at as date) as landed_date,
        files.first_reading_at,
        files.last_reading_at,
        files.landed_at
    from files
)

select * from files_renamed
