-- depends_on: {{ ref('gate_telemetry__after_staging') }}
-- What each source says of itself in its newest declaration.
with

sources as (
    select * from {{ ref('stg_telemetry__sources') }}
),

newest_declarations as (
    select
        sources.source,
        max_by(sources.kind, sources.declared_at) as kind,
        max_by(sources.label_level, sources.declared_at) as label_level,
        max_by(sources.lead_in_share, sources.declared_at) as lead_in_share
    from sources
    group by sources.source
)

select * from newest_declarations
