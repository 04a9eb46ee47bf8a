{%- set processed_relation = stored_relation('int_telemetry__loads_processed') -%}
-- What is known of a machine as a whole. When that changes (a first cycle id arrives, a
-- threshold is declared anew, a seed is edited) everything of the machine is
-- recomputed: `is_changed`.
with

touched_ranges as (
    select * from {{ ref('int_telemetry__touched_ranges') }}
),

sources as (
    select * from {{ ref('stg_telemetry__sources') }}
),

{% if processed_relation -%}
loads_processed as (
    select * from {{ processed_relation }}
    where control_id is not null
),
{%- else -%}
loads_processed as (
    select
        cast(null as {{ dbt.type_string() }}) as control_id,
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as boolean) as has_cycle_ids,
        cast(null as boolean) as has_power,
        cast(null as boolean) as has_temperature,
        cast(null as double) as on_threshold_w,
        cast(null as double) as idle_gap_seconds,
        cast(null as {{ dbt.type_string() }}) as settings_hash,
        cast(null as timestamp) as processed_at
    where false
),
{%- endif %}

newest_declarations as (
    select
        sources.source,
        max_by(sources.on_threshold_w, sources.declared_at) as on_threshold_w,
        max_by(sources.idle_gap_seconds, sources.declared_at) as idle_gap_seconds
    from sources
    group by sources.source
),

-- grain: control x source x what was seen there
sightings as (
    select
        loads_processed.control_id,
        loads_processed.source,
        loads_processed.has_cycle_ids,
        loads_processed.has_power,
        loads_processed.has_temperature
    from loads_processed
    union all
    select
        touched_ranges.control_id,
        touched_ranges.source,
        touched_ranges.source_cycle_id is not null as has_cycle_ids,
        touched_ranges.has_power,
        touched_ranges.has_temperature
    from touched_ranges
),

controls as (
    select
        sightings.control_id,
        bool_or(sightings.has_cycle_ids) as has_cycle_ids,
        bool_or(sightings.has_power) as has_power,
        bool_or(sightings.has_temperature) as has_temperature,
        coalesce(
            max(newest_declarations.on_threshold_w),
            {{ telemetry_setting('on_threshold_w') }}
        ) as on_threshold_w,
        coalesce(
            max(newest_declarations.idle_gap_seconds),
            {{ telemetry_setting('idle_gap_seconds') }}
        ) as idle_gap_seconds
    from sightings
    left join newest_declarations on sightings.source = newest_declarations.source
    group by sightings.control_id
),

controls_before as (
    select
        loads_processed.control_id,
        bool_or(loads_processed.has_cycle_ids) as has_cycle_ids,
        bool_or(loads_processed.has_power) as has_power,
        bool_or(loads_processed.has_temperature) as has_temperature,
        max_by(loads_processed.on_threshold_w, loads_processed.processed_at)
            as on_threshold_w,
        max_by(loads_processed.idle_gap_seconds, loads_processed.processed_at)
            as idle_gap_seconds,
        max_by(loads_processed.settings_hash, loads_processed.processed_at)
            as settings_hash
    from loads_processed
    group by loads_processed.control_id
),

controls_described as (
    select
        controls.control_id,
        '{{ telemetry_settings_hash() }}' as settings_hash,
        cast(controls.on_threshold_w as double) as on_threshold_w,
        cast(controls.idle_gap_seconds as double) as idle_gap_seconds,
        controls.has_cycle_ids,
        controls.has_power,
        controls.has_temperature,
        controls_before.control_id is not null and (
            controls.has_cycle_ids <> controls_before.has_cycle_ids
            or controls.has_power <> controls_before.has_power
            or controls.has_temperature <> controls_before.has_temperature
            or controls.on_threshold_w <> controls_before.on_threshold_w
            or controls.idle_gap_seconds <> controls_before.idle_gap_seconds
            or controls_before.settings_hash <> '{{ telemetry_settings_hash() }}'
        ) as is_changed
    from controls
    left join controls_before on controls.control_id = controls_before.control_id
)

select * from controls_described
