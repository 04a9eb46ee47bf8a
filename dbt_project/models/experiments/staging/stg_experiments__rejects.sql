{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_experiments__after_landing') }}
with

rejects as (
    select * from {{ source('raw_experiments', 'rejects') }}
),

rejects_renamed as (
    select
        rejects.load_id,
        rejects.source,
        rejects.source_file,
        rejects.file_hash,
        rejects.column_name,
        rejects.reason,
        rejects.error,
        rejects.raw_text,
        rejects.line_number,
        rejects.rejected_at
    from rejects
)

select * from rejects_renamed
