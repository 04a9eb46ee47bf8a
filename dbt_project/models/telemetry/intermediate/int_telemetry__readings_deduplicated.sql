{{ config(materialized='view') }}
-- Exact copies become one reading that counts them; readings of the same time that
-- differ are all kept and numbered. Few readings share their time, so only these are
-- grouped.
with

readings_ordered as (
    select * from {{ ref('int_telemetry__readings_ordered') }}
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
        count(*) - 1 as duplicate_count,
        readings_ordered.reading_at
    from readings_ordered
    where readings_ordered.shares_its_time
    group by
        readings_ordered.control_id,
        readings_ordered.source_cycle_id,
        readings_ordered.source_stage,
        readings_ordered.power_w,
        readings_ordered.temperature_c,
        readings_ordered.reading_at
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
        readings_ordered.reading_at
    from readings_ordered
    where not readings_ordered.shares_its_time
    union all
    select
        readings_that_share_their_time.load_id,
        readings_that_share_their_time.control_id,
        readings_that_share_their_time.source,
        readings_that_share_their_time.source_cycle_id,
        readings_that_share_their_time.source_stage,
        cast(
            row_number() over (
                partition by
                    readings_that_share_their_time.control_id,
                    readings_that_share_their_time.reading_at
                order by
                    readings_that_share_their_time.power_w asc nulls last,
                    readings_that_share_their_time.temperature_c asc nulls last,
                    readings_that_share_their_time.source_cycle_id asc nulls last,
                    readings_that_share_their_time.source_stage asc nulls last
            ) as bigint
        ) as reading_number,
        readings_that_share_their_time.power_w,
        readings_that_share_their_time.temperature_c,
        readings_that_share_their_time.seconds_since_previous,
        readings_that_share_their_time.energy_since_previous_ws,
        cast(readings_that_share_their_time.duplicate_count as bigint)
            as duplicate_count,
        readings_that_share_their_time.reading_at
    from readings_that_share_their_time
)

select * from readings_deduplicated
