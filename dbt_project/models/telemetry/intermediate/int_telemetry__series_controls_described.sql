-- Sensors without cycles: when each series starts and ends, and how its source is
-- labelled.
with

readings as (
    select * from {{ ref('int_telemetry__series_readings_listed') }}
),

sources as (
    select * from {{ ref('int_telemetry__sources_declared') }}
),

extents as (
    select
        readings.source,
        readings.control_id,
        count(*) as reading_count,
        count(readings.power_w) > 0 as has_power,
        min(readings.reading_at) as first_reading_at,
        max(readings.reading_at) as last_reading_at
    from readings
    group by readings.source, readings.control_id
),

series_controls as (
    select
        extents.source,
        extents.control_id,
        sources.label_level,
        coalesce(sources.lead_in_share, {{ point_setting('lead_in_share') }})
            as lead_in_share,
        extents.reading_count,
        extents.has_power,
        extents.first_reading_at,
        extents.last_reading_at
    from extents
    inner join sources on extents.source = sources.source
)

select * from series_controls
