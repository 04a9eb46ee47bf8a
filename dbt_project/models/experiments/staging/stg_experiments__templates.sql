{{ config(materialized=as_view(kept=true)) }}
-- depends_on: {{ ref('gate_experiments__after_landing') }}
with

templates as (
    select * from {{ source('raw_experiments', 'templates') }}
),

templates_renamed as (
    select
        templates.load_id,
        templates.source,
        templates.study_version,
        templates.kind,
        templates.template_id,
        templates.text,
        templates.text_hash,
        templates.generator,
        templates.parser,
        templates.scale_min,
        templates.scale_max,
        templates.min_lines,
        templates.is_active
    from templates
)

select * from templates_renamed
