{{ config(
    materialized='incremental',
    incremental_strategy='replace_windows',
    meta={'replace_windows': {'column': 'started_at'}},
) }}
-- What a cycle's level, length and energy do not show: how its power swings, how its
-- temperature answers to power, and what is missing from it.
with

cycles as (
    {{ reopened(ref('cycles'), 'started_at') }}
),

cycle_stages as (
    {{ reopened(ref('cycle_stages'), 'started_at') }}
),

stage_curves as (
    {{ reopened(ref('stage_curves'), 'started_at') }}
),

cycle_ends as (
    select
        stage_curves.cycle_id,
        min(stage_curves.temperature_c) as lowest_temperature_c,
        max(stage_curves.temperature_c) as highest_temperature_c,
        avg(stage_curves.power_w) as mean_power_w
    from stage_curves
    group by stage_curves.cycle_id
),

shapes as (
    select
        cycle_stages.cycle_id,
        cycle_stages.stage,
        'power_variation' as metric,
        cycle_stages.coefficient_of_variation as value
    from cycle_stages

    union all

    select
        cycle_ends.cycle_id,
        'all' as stage,
        'temperature_response' as metric,
        (cycle_ends.highest_temperature_c - cycle_ends.lowest_temperature_c)
        / nullif(cycle_ends.mean_power_w / 1000, 0) as value
    from cycle_ends

    union all

    select
        cycles.cycle_id,
        'all' as stage,
        'missing_share' as metric,
        cycles.missing_share as value
    from cycles
),

shapes_with_cycles as (
    select
        shapes.cycle_id,
        cycles.control_id,
        shapes.stage,
        shapes.metric,
        shapes.value,
        cycles.is_valid,
        cycles.cycle_date,
        cycles.started_at
    from shapes
    inner join cycles on shapes.cycle_id = cycles.cycle_id
)

select * from shapes_with_cycles
