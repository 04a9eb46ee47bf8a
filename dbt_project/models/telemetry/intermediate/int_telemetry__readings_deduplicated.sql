{{ config(materialized=as_view(kept=true)) }}
-- Exact copies become one reading that counts them; readings of the same time that
-- differ are all kept and numbered. Few readings share their time, so only these are
-- grouped. Where power and temperature are silent, the other sensors say what differs.
-- All readings are read three times, each time few columns or few rows of them; by no
-- CTE, for DuckDB writes one down that is read twice, all of it.
with

sensor_values as (
    select * from {{ ref('int_telemetry__sensor_values_kept') }}
),

silent_moments as (
    select
        readings_ordered.control_id,
        readings_ordered.reading_at
    from {{ ref('int_telemetry__readings_ordered') }} as readings_ordered
    where
        readings_ordered.shares_its_time
        and readings_ordered.power_w is null
        and readings_ordered.temperature_c is null
    group by readings_ordered.control_id, readings_ordered.reading_at
),

sensors_at_silent_moments as (
    select
        sensor_values.control_id,
        sensor_values.sensor,
        count(distinct sensor_values.value) as value_count,
        sensor_values.reading_at
    from sensor_values
    inner join silent_moments
        on
            sensor_values.control_id = silent_moments.control_id
            and sensor_values.reading_at = silent_moments.reading_at
    group by
        sensor_values.control_id, sensor_values.sensor, sensor_values.reading_at
),

silent_readings_that_differ as (
    select
        sensors_at_silent_moments.control_id,
        max(sensors_at_silent_moments.value_count) as reading_count,
        sensors_at_silent_moments.reading_at
    from sensors_at_silent_moments
    group by sensors_at_silent_moments.control_id, sensors_at_silent_moments.reading_at
),

readings_that_share_their_time as (
    select
        min(readings_ordered.load_id) as load_id,
        readings_ordered.control_id,
        min(readings_ordered.source) as source,
        readings_ordered.source_cycle_id,
        readings_ordered.source_stage,
        readings_ordered.power_w,
        readings_ordered.temperature_c,
        sum(readings_ordered.seconds_since_previous) as seconds_since_previous,
        sum(readings_ordered.energy_since_previous_ws) as energy_since_previous_ws,
        bool_or(readings_ordered.enters_cycle) as enters_cycle,
        count(*) as delivered_count,
        readings_ordered.reading_at
    from {{ ref('int_telemetry__readings_ordered') }} as readings_ordered
    where readings_ordered.shares_its_time
    group by
        readings_ordered.control_id,
        readings_ordered.source_cycle_id,
        readings_ordered.source_stage,
        readings_ordered.power_w,
        readings_ordered.temperature_c,
        readings_ordered.reading_at
),

readings_that_differ as (
    select
        readings_that_share_their_time.load_id,
        readings_that_share_their_time.control_id,
        readings_that_share_their_time.source,
        readings_that_share_their_time.source_cycle_id,
        readings_that_share_their_time.source_stage,
        readings_that_share_their_time.power_w,
        readings_that_share_their_time.temperature_c,
        readings_that_share_their_time.seconds_since_previous,
        readings_that_share_their_time.energy_since_previous_ws,
        readings_that_share_their_time.enters_cycle,
        readings_that_share_their_time.delivered_count,
        case
            when
                readings_that_share_their_time.power_w is null
                and readings_that_share_their_time.temperature_c is null
                then
                    least(
                        readings_that_share_their_time.delivered_count,
                        greatest(
                            coalesce(silent_readings_that_differ.reading_count, 1), 1
                        )
                    )
            else 1
        end as kept_count,
        readings_that_share_their_time.reading_at
    from readings_that_share_their_time
    left join silent_readings_that_differ
        on
            readings_that_share_their_time.control_id
            = silent_readings_that_differ.control_id
            and readings_that_share_their_time.reading_at
            = silent_readings_that_differ.reading_at
),

readings_kept as (
    select
        readings_that_differ.load_id,
        readings_that_differ.control_id,
        readings_that_differ.source,
        readings_that_differ.source_cycle_id,
        readings_that_differ.source_stage,
        readings_that_differ.power_w,
        readings_that_differ.temperature_c,
        readings_that_differ.seconds_since_previous,
        readings_that_differ.energy_since_previous_ws,
        readings_that_differ.enters_cycle,
        readings_that_differ.delivered_count - readings_that_differ.kept_count
            as duplicate_count,
        {{ each_integer('1', 'readings_that_differ.kept_count') }} as kept_number,
        readings_that_differ.reading_at
    from readings_that_differ
),

readings_deduplicated as (
    select
        readings_ordered.load_id,
        readings_ordered.control_id,
        readings_ordered.source,
        readings_ordered.source_cycle_id,
        readings_ordered.source_stage,
        cast(1 as bigint) as reading_number,
        readings_ordered.power_w,
        readings_ordered.temperature_c,
        readings_ordered.seconds_since_previous,
        readings_ordered.energy_since_previous_ws,
        cast(0 as bigint) as duplicate_count,
        readings_ordered.enters_cycle,
        readings_ordered.reading_at
    from {{ ref('int_telemetry__readings_ordered') }} as readings_ordered
    where not readings_ordered.shares_its_time
    union all
    select
        readings_kept.load_id,
        readings_kept.control_id,
        readings_kept.source,
        readings_kept.source_cycle_id,
        readings_kept.source_stage,
        cast(
            row_number() over (
                partition by
                    readings_kept.control_id,
                    readings_kept.reading_at
                order by
                    readings_kept.power_w asc nulls last,
                    readings_kept.temperature_c asc nulls last,
                    readings_kept.source_cycle_id asc nulls last,
                    readings_kept.source_stage asc nulls last,
                    readings_kept.kept_number asc
            ) as bigint
        ) as reading_number,
        readings_kept.power_w,
        readings_kept.temperature_c,
        case
            when readings_kept.kept_number = 1
                then readings_kept.seconds_since_previous
            else 0
        end as seconds_since_previous,
        case
            when readings_kept.kept_number = 1
                then readings_kept.energy_since_previous_ws
            else 0
        end as energy_since_previous_ws,
        cast(
            case
                when readings_kept.kept_number = 1
                    then readings_kept.duplicate_count
                else 0
            end as bigint
        ) as duplicate_count,
        readings_kept.enters_cycle and readings_kept.kept_number = 1 as enters_cycle,
        readings_kept.reading_at
    from readings_kept
)

select * from readings_deduplicated
