{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_conversations__after_landing') }}
with

rejects as (
    select * from {{ source('raw_conversations', 'rejects') }}
),

rejects_renamed as (
    select
        rejects.load_id,
        rejects.source as dataset_id,
        rejects.source_file,
        rejects.file_hash,
        rejects.reason,
        rejects.error,
        rejects.line_number,
        rejects.rejected_at
    from rejects
)

select * from rejects_renamed
