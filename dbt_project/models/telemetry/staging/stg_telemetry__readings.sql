{{ config(materialized=as_view(kept=true)) }}
-- depends_on: {{ ref('gate_telemetry__after_landing') }}
-- A row says what the source said in the project's units; nothing is dropped here.
with

readings as (
    select * from {{ source('raw_telemetry', 'readings') }}
),

deliveries_held as (
    select * from {{ ref('stg_telemetry__deliveries') }}
    where is_held
),

readings_in_watts as (
    select
        readings.load_id,
        readings.source,
        readings.source_file,
        readings.control_id,
        {{ machine_cycle_id(
            'readings.control_id', "nullif(trim(readings.cycle_id), '')"
        ) }}
            as source_cycle_id,
        nullif(lower(trim(readings.stage)), '') as source_stage,
        readings.record_number,
        readings.row_version,
        case
            when readings.is_power_sentinel then null
            when readings.power is not null
                then {{ to_watts('readings.power', 'readings.power_unit') }}
            else
                {{ to_volts('readings.voltage', 'readings.voltage_unit') }}
                * {{ to_amperes('readings.current', 'readings.current_unit') }}
        end as power_w,
        case
            when not coalesce(readings.is_temperature_sentinel, false)
                then
                    {{ to_celsius(
                        'readings.temperature', 'readings.temperature_unit'
                    ) }}
        end as temperature_c,
        coalesce(readings.is_power_sentinel, false) as is_power_sentinel,
        coalesce(readings.is_temperature_sentinel, false) as is_temperature_sentinel,
        readings.reading_at
    from readings
    {{ telemetry_not_held('readings') }}
),

readings_normalised as (
    select
        readings_in_watts.load_id,
        readings_in_watts.source,
        readings_in_watts.source_file,
        readings_in_watts.control_id,
        readings_in_watts.source_cycle_id,
        readings_in_watts.source_stage,
        readings_in_watts.record_number,
        readings_in_watts.row_version,
        {{ plausible_number('readings_in_watts.power_w') }} as power_w,
        {{ plausible_number('readings_in_watts.temperature_c') }} as temperature_c,
        readings_in_watts.is_power_sentinel,
        readings_in_watts.is_temperature_sentinel,
        cast(readings_in_watts.reading_at as date) as reading_date,
        readings_in_watts.reading_at
    from readings_in_watts
)

select * from readings_normalised
