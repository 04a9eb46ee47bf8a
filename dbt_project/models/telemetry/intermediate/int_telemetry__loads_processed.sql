{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
) }}
-- depends_on: {{ ref('cycle_variance') }}
-- depends_on: {{ ref('stage_curves') }}
-- depends_on: {{ ref('rejected_cycles') }}
-- depends_on: {{ ref('readings') }}
-- depends_on: {{ ref('int_telemetry__cycle_shapes_compared') }}
-- depends_on: {{ ref('int_telemetry__readings_superseded') }}
-- Written last: a load is done when all that follows from it is stored. A build that
-- died midway leaves no row here, so that the next one does its work again.
with

touched_ranges as (
    select * from {{ ref('int_telemetry__touched_ranges') }}
    where {{ 'true' if is_whole_run('telemetry') else 'false' }}
),

controls as (
    select * from {{ ref('int_telemetry__controls_described') }}
),

files as (
    select * from {{ ref('stg_telemetry__files') }}
    where
        not coalesce(is_held, false)
        and {{ telemetry_is_touched() if is_whole_run('telemetry') else 'false' }}
),

sources as (
    select * from {{ ref('stg_telemetry__sources') }}
),

series_sources as (
    select sources.source
    from sources
    group by sources.source
    having max_by(sources.kind, sources.declared_at) <> 'cycles'
),

-- readings of these may be looked at no more
deliveries as (
    select * from {{ ref('int_telemetry__deliveries_compared') }}
    where superseded is not null
),

newest_delivery as (
    select max(files.landed_at) as landed_at
    from files
),

-- Tables of one load are committed one after the other. A load whose files promise
-- readings that are not there yet stays pending, for a week of deliveries at most.
files_not_awaited as (
    select
        files.load_id,
        files.source
    from files
    cross join newest_delivery
    left join series_sources on files.source = series_sources.source
    left join deliveries on {{ telemetry_same_delivery('deliveries', 'files') }}
    where
        series_sources.source is not null
        or deliveries.load_id is not null
        or coalesce(files.rows_accepted, 0) = 0
        or files.first_reading_at is null
        or files.landed_at < {{ days_after('newest_delivery.landed_at', -7) }}
),

loads as (
    select
        touched_ranges.load_id,
        touched_ranges.control_id,
        touched_ranges.source,
        bool_or(touched_ranges.source_cycle_id is not null) as has_cycle_ids,
        bool_or(touched_ranges.has_power) as has_power,
        bool_or(touched_ranges.has_temperature) as has_temperature,
        {{ telemetry_interval('touched_ranges') }} as interval_s
    from touched_ranges
    where not touched_ranges.gave_way
    group by touched_ranges.load_id, touched_ranges.control_id, touched_ranges.source
    union all
    -- a load without a single reading (sensors only, labels, rejects) is done too
    select distinct
        files_not_awaited.load_id,
        cast(null as {{ dbt.type_string() }}) as control_id,
        files_not_awaited.source,
        cast(null as boolean) as has_cycle_ids,
        cast(null as boolean) as has_power,
        cast(null as boolean) as has_temperature,
        cast(null as double) as interval_s
    from files_not_awaited
    union all
    -- a machine whose settings changed without new readings
    select
        cast(null as {{ dbt.type_string() }}) as load_id,
        controls.control_id,
        cast(null as {{ dbt.type_string() }}) as source,
        controls.has_cycle_ids,
        controls.has_power,
        controls.has_temperature,
        cast(null as double) as interval_s
    from controls
    where controls.is_changed and {{ 'true' if is_whole_run('telemetry') else 'false' }}
),

loads_processed as (
    select
        loads.load_id,
        loads.control_id,
        loads.source,
        loads.has_cycle_ids,
        loads.has_power,
        loads.has_temperature,
        loads.interval_s,
        controls.on_threshold_w,
        controls.idle_gap_seconds,
        controls.silence_seconds,
        controls.settings_hash,
        controls.supersedes,
        {{ later_than_stored('processed_at') }} as processed_at
    from loads
    left join controls on loads.control_id = controls.control_id
)

select * from loads_processed
