{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_news__after_landing') }}
with

rejects as (
    select * from {{ source('raw_news', 'rejects') }}
),

rejects_named as (
    select
        rejects.load_id,
        rejects.source,
        rejects.source_file,
        rejects.file_hash,
        rejects.line_number,
        rejects.column_name,
        rejects.reason,
        rejects.error,
        rejects.raw_text,
        rejects.rejected_at
    from rejects
)

select * from rejects_named
