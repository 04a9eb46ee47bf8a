-- depends_on: {{ ref('gate_telemetry__after_staging') }}
-- Sensors without cycles: when each series starts and ends, and how its source is labelled.
with

readings as (
    select * from {{ ref('readings') }}
),

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

series_controls as (
    select
        readings.source,
        readings.control_id,
        newest_declarations.label_level,
        coalesce(newest_declarations.lead_in_share, {{ point_setting('lead_in_share') }})
            as lead_in_share,
        count(*) as reading_count,
        min(readings.reading_at) as first_reading_at,
        max(readings.reading_at) as last_reading_at
    from readings
    inner join newest_declarations on readings.source = newest_declarations.source
    where newest_declarations.kind = 'series'
    group by
        readings.source, readings.control_id, newest_declarations.label_level,
        newest_declarations.lead_in_share
)

select * from series_controls
