{{ config(materialized=as_view(kept=true)) }}
-- depends_on: {{ ref('gate_telemetry__after_landing') }}
with

sources as (
    select * from {{ source('raw_telemetry', 'sources') }}
),

sources_renamed as (
    select
        sources.load_id,
        sources.source,
        sources.kind,
        sources.label_level,
        sources.declaration_hash,
        sources.declaration,
        coalesce(sources.supersedes, 'path') as supersedes,
        sources.earlier_rows,
        sources.on_threshold_w,
        sources.idle_gap_seconds,
        sources.lead_in_share,
        sources.declared_at
    from sources
)

select * from sources_renamed
