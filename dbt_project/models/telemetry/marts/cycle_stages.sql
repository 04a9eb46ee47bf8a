{{ config(
    materialized='incremental',
    incremental_strategy='replace_windows',
    on_schema_change='fail',
    meta={
        'replace_windows': {'column': 'started_at'},
    },
) }}
with

stages as (
    {{ reopened(ref('int_telemetry__cycle_stages_measured'), 'cycle_started_at') }}
),

controls as (
    select * from {{ ref('int_telemetry__controls_described') }}
),

cycle_stages as (
    select
        stages.cycle_id,
        stages.control_id,
        stages.stage,
        stages.reading_count,
        {{ round_to('stages.duration_s', 6) }} as duration_s,
        {{ rounded(
            'stages.observed_energy_ws / nullif(stages.observed_s, 0)'
            ~ ' * stages.duration_s / 3600'
        ) }} as energy_wh,
        {{ rounded('stages.mean_power_w') }} as mean_power_w,
        {{ round_to('stages.median_power_w', 6) }} as median_power_w,
        {{ rounded('stages.stddev_power_w') }} as stddev_power_w,
        {{ round_to('stages.max_power_w', 6) }} as max_power_w,
        {{ rounded('stages.mean_temperature_c') }} as mean_temperature_c,
        {{ round_to('stages.max_temperature_c', 6) }} as max_temperature_c,
        {{ rounded('stages.stddev_power_w / nullif(abs(stages.mean_power_w), 0)') }}
            as coefficient_of_variation,
        {% call round_to(digits=6) %}
            cast(
                greatest(
                    case
                        when
                            controls.has_power
                            then stages.reading_count - stages.power_count
                        else 0
                    end,
                    case
                        when controls.has_temperature
                            then stages.reading_count - stages.temperature_count
                        else 0
                    end
                ) as double
            ) / stages.reading_count
        {% endcall %} as missing_share,
        cast(stages.cycle_started_at as date) as cycle_date,
        stages.started_at,
        stages.ended_at
    from stages
    left join controls on stages.control_id = controls.control_id
)

select * from cycle_stages
