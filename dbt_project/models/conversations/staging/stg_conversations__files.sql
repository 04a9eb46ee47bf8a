{{ config(materialized=as_view(kept=true)) }}
-- depends_on: {{ ref('gate_conversations__after_landing') }}
with

files as (
    select * from {{ source('raw_conversations', 'files') }}
),

files_renamed as (
    select
        files.load_id,
        files.source as dataset_id,
        files.source_file,
        files.file_hash,
        files.status,
        files.byte_count,
        files.rows_in as records_in,
        files.rows_accepted as records_standardised,
        files.rows_duplicate as records_delivered_before,
        files.rows_rejected as records_rejected,
        files.seconds,
        files.landed_at
    from files
)

select * from files_renamed
