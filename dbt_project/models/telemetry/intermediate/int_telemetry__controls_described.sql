-- What is known of a machine as a whole. When that changes (a first cycle id arrives, a
-- threshold is declared anew, a seed is edited) everything of the machine is
-- recomputed: `is_changed`.
with

sightings as (
    select * from {{ ref('int_telemetry__sightings_collected') }}
),

sources as (
    select * from {{ ref('stg_telemetry__sources') }}
),

loads_processed as (
    {{ telemetry_loads_noted() }}
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
        ) as idle_gap_seconds,
        {# to a power of two: it changes with another pace, not with every load #}
        power(2, ceil(log2({{ median('sightings.interval_s') }}))) as interval_s,
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
        max_by(loads_processed.silence_seconds, loads_processed.processed_at)
            as silence_seconds,
        max_by(loads_processed.settings_hash, loads_processed.processed_at)
            as settings_hash,
        max_by(loads_processed.supersedes, loads_processed.processed_at) as supersedes
    from loads_processed
    group by loads_processed.control_id
),

controls_with_silence as (
    select
        controls.*,
        cast(greatest(
            controls.idle_gap_seconds,
            {{ var('telemetry_silence_gaps', 20) }}
            * coalesce(controls.interval_s, controls.idle_gap_seconds)
        ) as double) as silence_seconds
    from controls
),

controls_described as (
    select
        controls.control_id,
        '{{ settings_hash('telemetry') }}' as settings_hash,
        cast(controls.on_threshold_w as double) as on_threshold_w,
        cast(controls.idle_gap_seconds as double) as idle_gap_seconds,
        controls.silence_seconds,
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
            or controls.silence_seconds is distinct from controls_before.silence_seconds
            or controls.supersedes is distinct from controls_before.supersedes
            or controls_before.settings_hash <> '{{ settings_hash('telemetry') }}'
        ) as is_changed
    from controls_with_silence as controls
    left join controls_before on controls.control_id = controls_before.control_id
)

select * from controls_described
