{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_experiments__after_landing') }}
with

files as (
    select * from {{ source('raw_experiments', 'files') }}
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
        files.landed_at
    from files
)

select * from files_renamed
