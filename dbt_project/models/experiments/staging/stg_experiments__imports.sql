{{ config(materialized=as_view(kept=true)) }}
-- depends_on: {{ ref('gate_experiments__after_landing') }}
-- The text is the question: the same one in two studies is one generation.
with

imports as (
    select * from {{ source('raw_experiments', 'imports') }}
),

imports_renamed as (
    select
        imports.load_id,
        imports.source,
        imports.study_version,
        imports.text_id,
        {{ gen_id(["'essay'", "'import'", 'imports.text_hash']) }} as gen_id,
        imports.text,
        imports.text_hash,
        imports.writer,
        imports.text_file,
        imports.details
    from imports
)

select * from imports_renamed
