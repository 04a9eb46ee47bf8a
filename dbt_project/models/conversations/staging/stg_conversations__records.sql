{{ config(materialized=as_view(kept=true)) }}
-- depends_on: {{ ref('gate_conversations__after_landing') }}
-- The format's extras and the record's text are read where they are shown, not carried.
with

records as (
    select * from {{ source('raw_conversations', 'records') }}
),

records_renamed as (
    select
        records.record_id,
        records.conversation_id,
        records.source as dataset_id,
        records.load_id,
        records.source_file,
        records.file_hash,
        lower(trim(records.format)) as format,
        nullif(records.metadata, '{}') as metadata,
        records.record_number,
        records.turn_count,
        records.confidence,
        records.created_at
    from records
)

select * from records_renamed
