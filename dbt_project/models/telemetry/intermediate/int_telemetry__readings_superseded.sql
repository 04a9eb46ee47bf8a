{{ config(materialized='incremental', incremental_strategy='append') }}
-- depends_on: {{ ref('gate_telemetry__after_staging') }}
-- depends_on: {{ ref('stg_telemetry__files') }}
-- Rows of which a later delivery has the same machine and time: of a file at the same
-- path, or of a database with a higher version. Loads are only added, so a row that
-- gave way stays so; whether it counts all the same is its delivery's affair. Readings
-- are read by no CTE: DuckDB writes one down that is read twice, all of it.
with

deliveries as (
    select * from {{ ref('int_telemetry__deliveries_compared') }}
    where {{ telemetry_is_pending('newest_load_id') }}
),

sources as (
    select * from {{ ref('stg_telemetry__sources') }}
),

versioned_sources as (
    select sources.source
    from sources
    group by sources.source
    having max_by(sources.supersedes, sources.declared_at) = 'version'
),

readings_of_paths as (
    select
        readings.load_id,
        readings.source,
        readings.source_file,
        readings.record_number,
        max(readings.load_id) over (
            partition by
                readings.source, readings.source_file, readings.control_id,
                readings.reading_at
        ) as newest_load_id
    from {{ ref('stg_telemetry__readings') }} as readings
    inner join deliveries on {{ telemetry_same_delivery('readings', 'deliveries') }}
),

moments_of_versions as (
    select distinct
        readings.source,
        readings.control_id,
        readings.reading_at
    from {{ ref('stg_telemetry__readings') }} as readings
    inner join versioned_sources on readings.source = versioned_sources.source
    where {{ telemetry_is_pending('readings.load_id') }}
),

readings_of_versions as (
    select
        readings.load_id,
        readings.source,
        readings.source_file,
        readings.record_number,
        row_number() over (
            partition by
                readings.source, readings.control_id, readings.reading_at
            order by
                readings.row_version desc nulls last,
                readings.load_id desc nulls last,
                readings.record_number desc nulls last
        ) as place
    from {{ ref('stg_telemetry__readings') }} as readings
    inner join moments_of_versions
        on
            readings.source = moments_of_versions.source
            and readings.control_id = moments_of_versions.control_id
            and readings.reading_at = moments_of_versions.reading_at
),

readings_superseded as (
    select
        readings_of_paths.load_id,
        readings_of_paths.source,
        readings_of_paths.source_file,
        readings_of_paths.record_number,
        'path' as superseded_by
    from readings_of_paths
    where readings_of_paths.load_id < readings_of_paths.newest_load_id
    union all
    select
        readings_of_versions.load_id,
        readings_of_versions.source,
        readings_of_versions.source_file,
        readings_of_versions.record_number,
        'version' as superseded_by
    from readings_of_versions
    where readings_of_versions.place > 1
)

select * from readings_superseded
{% if is_incremental() %}
where
    not exists (
        select 1 from {{ this }} as known
        where
            known.load_id = readings_superseded.load_id
            and known.source_file = readings_superseded.source_file
            and known.record_number = readings_superseded.record_number
            and known.superseded_by = readings_superseded.superseded_by
    )
{% endif %}
