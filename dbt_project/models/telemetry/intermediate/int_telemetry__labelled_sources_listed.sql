-- depends_on: {{ ref('gate_telemetry__after_staging') }}
-- Sources that say what was wrong, by their newest declaration.
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
),

labelled_sources as (
    select
        newest_declarations.source,
        newest_declarations.kind,
        newest_declarations.label_level,
        newest_declarations.lead_in_share
    from newest_declarations
    where newest_declarations.label_level <> 'none'
)

select * from labelled_sources
