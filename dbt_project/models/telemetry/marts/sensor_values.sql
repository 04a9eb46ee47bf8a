{{ config(materialized=as_view(kept=true)) }}
-- Exact copies can only share their moment with another reading: only there are they
-- looked for.
with

sensor_values_kept as (
    select * from {{ ref('int_telemetry__sensor_values_kept') }}
    where value is not null
),

crowded_moments as (
    select distinct
        readings_ordered.control_id,
        readings_ordered.reading_at
    from {{ ref('int_telemetry__readings_ordered') }} as readings_ordered
    where readings_ordered.shares_its_time
),

values_alone as (
    select
        sensor_values_kept.control_id,
        sensor_values_kept.source,
        sensor_values_kept.sensor,
        sensor_values_kept.value,
        sensor_values_kept.reading_at
    from sensor_values_kept
    left join crowded_moments
        on
            sensor_values_kept.control_id = crowded_moments.control_id
            and sensor_values_kept.reading_at = crowded_moments.reading_at
    where crowded_moments.control_id is null
),

values_at_crowded_moments as (
    select
        sensor_values_kept.control_id,
        min(sensor_values_kept.source) as source,
        sensor_values_kept.sensor,
        sensor_values_kept.value,
        sensor_values_kept.reading_at
    from sensor_values_kept
    inner join crowded_moments
        on
            sensor_values_kept.control_id = crowded_moments.control_id
            and sensor_values_kept.reading_at = crowded_moments.reading_at
    group by
        sensor_values_kept.control_id, sensor_values_kept.sensor,
        sensor_values_kept.value, sensor_values_kept.reading_at
),

sensor_values as (
    select
        values_alone.control_id,
        values_alone.source,
        values_alone.sensor,
        cast(1 as bigint) as value_number,
        values_alone.value,
        cast(values_alone.reading_at as date) as reading_date,
        values_alone.reading_at
    from values_alone
    union all
    select
        values_at_crowded_moments.control_id,
        values_at_crowded_moments.source,
        values_at_crowded_moments.sensor,
        row_number() over (
            partition by
                values_at_crowded_moments.control_id, values_at_crowded_moments.sensor,
                values_at_crowded_moments.reading_at
            order by values_at_crowded_moments.value asc nulls last
        ) as value_number,
        values_at_crowded_moments.value,
        cast(values_at_crowded_moments.reading_at as date) as reading_date,
        values_at_crowded_moments.reading_at
    from values_at_crowded_moments
)

select * from sensor_values
