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

readings as (
    select * from {{ ref('stg_telemetry__readings') }}
),

{% if processed_relation -%}
loads_processed as (
    select
        processed.*
        {%- if 'supersedes' not in stored_columns(processed_relation) %},
        cast(null as {{ dbt.type_string() }}) as supersedes
        {%- endif %}
    from {{ processed_relation }} as processed
    where processed.control_id is not null
),
{%- else -%}
loads_processed as (
    select
        cast(null as {{ dbt.type_string() }}) as load_id,
        cast(null as {{ dbt.type_string() }}) as control_id,
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as boolean) as has_cycle_ids,
        cast(null as boolean) as has_power,
        cast(null as boolean) as has_temperature,
        cast(null as double) as on_threshold_w,
        cast(null as double) as idle_gap_seconds,
        cast(null as {{ dbt.type_string() }}) as settings_hash,
        cast(null as {{ dbt.type_string() }}) as supersedes,
        cast(null as timestamp) as processed_at
    where false
),
{%- endif %}

deliveries as (
    select * from {{ ref('int_telemetry__deliveries_compared') }}
    where superseded = 'whole'
),

-- of these loads the readings that are left say what was seen, not the note of the run
loads_that_gave_way as (
    select distinct
        deliveries.load_id,
        deliveries.source
    from deliveries
),

readings_left as (
    select
        readings.control_id,
        readings.source,
        readings.source_cycle_id,
        readings.power_w,
        readings.temperature_c
    from readings
    inner join loads_that_gave_way
        on
            readings.load_id = loads_that_gave_way.load_id
            and readings.source = loads_that_gave_way.source
    where not exists (
        select 1 from deliveries
        where {{ telemetry_same_delivery('deliveries', 'readings') }}
    )
),

newest_declarations as (
    select
        sources.source,
        max_by(sources.on_threshold_w, sources.declared_at) as on_threshold_w,
        max_by(sources.idle_gap_seconds, sources.declared_at) as idle_gap_seconds,
        max_by(sources.supersedes, sources.declared_at) as supersedes
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
    left join loads_that_gave_way
        on
            loads_processed.load_id = loads_that_gave_way.load_id
            and loads_processed.source = loads_that_gave_way.source
    where loads_that_gave_way.load_id is null
    union all
    select
        readings_left.control_id,
        readings_left.source,
        readings_left.source_cycle_id is not null as has_cycle_ids,
        readings_left.power_w is not null as has_power,
        readings_left.temperature_c is not null as has_temperature
    from readings_left
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
            {{ var('telemetry_on_threshold_w') }}
        ) as on_threshold_w,
        coalesce(
            max(newest_declarations.idle_gap_seconds),
            {{ var('telemetry_idle_gap_seconds') }}
        ) as idle_gap_seconds,
        min(newest_declarations.supersedes)
        || ' to '
        || max(newest_declarations.supersedes) as supersedes
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
            as settings_hash,
        max_by(loads_processed.supersedes, loads_processed.processed_at) as supersedes
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
        controls.supersedes,
        controls_before.control_id is not null and (
            controls.has_cycle_ids <> controls_before.has_cycle_ids
            or controls.has_power <> controls_before.has_power
            or controls.has_temperature <> controls_before.has_temperature
            or controls.on_threshold_w <> controls_before.on_threshold_w
            or controls.idle_gap_seconds <> controls_before.idle_gap_seconds
            or controls.supersedes is distinct from controls_before.supersedes
            or controls_before.settings_hash <> '{{ telemetry_settings_hash() }}'
        ) as is_changed
    from controls
    left join controls_before on controls.control_id = controls_before.control_id
)

select * from controls_described
