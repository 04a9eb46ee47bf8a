{{ config(materialized=as_view(kept=true)) }}
-- depends_on: {{ ref('gate_conversations__after_landing') }}
with

datasets as (
    select * from {{ source('raw_conversations', 'datasets') }}
),

datasets_renamed as (
    select
        datasets.source as dataset_id,
        datasets.load_id,
        coalesce(nullif(trim(datasets.name), ''), datasets.source) as name,
        datasets.location,
        coalesce(datasets.format_hint, 'auto') as format_hint,
        datasets.license,
        -- a tier that nobody wrote down is the most careful one
        coalesce(lower(trim(datasets.tier)), 'private') as tier,
        datasets.status,
        datasets.error,
        datasets.declaration_hash,
        datasets.checksum,
        coalesce(datasets.priority, 0) as priority,
        datasets.declared_at
    from datasets
)

select * from datasets_renamed
