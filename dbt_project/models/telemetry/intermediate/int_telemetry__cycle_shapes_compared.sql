{{ config(
    materialized='incremental',
    incremental_strategy='replace_windows',
    meta={
        'replace_windows': {
            'windows': 'int_telemetry__rejudged_windows', 'column': 'started_at',
        },
    },
) }}
-- Each shape metric beside the median and MAD of the same control's valid cycles in the
-- window before the cycle's day.
with

shapes as (
    select * from {{ ref('int_telemetry__cycle_shapes_measured') }}
),

shapes_to_judge as (
    {{ reopened('shapes', 'started_at', 'int_telemetry__rejudged_windows') }}
),

days as (
    select
        shapes_to_judge.control_id,
        shapes_to_judge.cycle_date
    from shapes_to_judge
    group by shapes_to_judge.control_id, shapes_to_judge.cycle_date
),

history as (
    select
        days.control_id,
        days.cycle_date,
        shapes.stage,
        shapes.metric,
        shapes.value
    from days
    inner join shapes
        on
            days.control_id = shapes.control_id
            and days.cycle_date > shapes.cycle_date
            and days.cycle_date
            <= {{ days_after('shapes.cycle_date', telemetry_setting('baseline_days')) }}
    where shapes.is_valid and shapes.value is not null
),

medians as (
    select
        history.control_id,
        history.cycle_date,
        history.stage,
        history.metric,
        {{ median('history.value') }} as median_value,
        count(*) as n
    from history
    group by history.control_id, history.cycle_date, history.stage, history.metric
),

spreads as (
    select
        history.control_id,
        history.cycle_date,
        history.stage,
        history.metric,
        {{ median('abs(history.value - medians.median_value)') }} as mad
    from history
    inner join medians
        on
            history.control_id = medians.control_id
            and history.cycle_date = medians.cycle_date
            and history.stage = medians.stage
            and history.metric = medians.metric
    group by history.control_id, history.cycle_date, history.stage, history.metric
),

shapes_compared as (
    select
        shapes_to_judge.cycle_id,
        shapes_to_judge.control_id,
        shapes_to_judge.stage,
        shapes_to_judge.metric,
        shapes_to_judge.value,
        medians.median_value,
        spreads.mad,
        coalesce(medians.n, 0) as n,
        coalesce(medians.n, 0) >= {{ telemetry_setting('min_baseline_cycles') }}
            as is_sufficient,
        shapes_to_judge.cycle_date,
        shapes_to_judge.started_at
    from shapes_to_judge
    left join medians
        on
            shapes_to_judge.control_id = medians.control_id
            and shapes_to_judge.cycle_date = medians.cycle_date
            and shapes_to_judge.stage = medians.stage
            and shapes_to_judge.metric = medians.metric
    left join spreads
        on
            shapes_to_judge.control_id = spreads.control_id
            and shapes_to_judge.cycle_date = spreads.cycle_date
            and shapes_to_judge.stage = spreads.stage
            and shapes_to_judge.metric = spreads.metric
)

select * from shapes_compared
