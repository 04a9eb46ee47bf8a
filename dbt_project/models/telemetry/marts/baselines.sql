{{ config(
    materialized='incremental',
    incremental_strategy='replace_windows',
    on_schema_change='fail',
    meta={
        'replace_windows': {'windows': 'int_telemetry__rejudged_windows', 'column': 'as_of'},
    },
) }}
{%- set scale = robust_scale(
    'spreads.mad', 'centres.median_value', 'centres.resolution'
) -%}
with

cycle_days as (
    {{ reopened(
        ref('int_telemetry__cycle_days_listed'), 'as_of', 'int_telemetry__rejudged_windows'
    ) }}
),

metrics as (
    {{ reopened(
        ref('int_telemetry__cycle_stage_metrics_listed'), 'started_at',
        'int_telemetry__rejudged_windows', telemetry_setting('baseline_days')
    ) }}
),

metric_settings as (
    select * from {{ ref('telemetry_metrics') }}
),

history as (
    select
        cycle_days.control_id,
        metrics.stage,
        metrics.metric,
        metrics.value,
        metrics.resolution,
        cycle_days.as_of
    from cycle_days
    inner join metrics
        on
            cycle_days.control_id = metrics.control_id
            and cycle_days.as_of > metrics.started_at
            and metrics.started_at
            >= {{ days_after('cycle_days.as_of', -telemetry_setting('baseline_days')) }}
    where metrics.is_valid
),

centres as (
    select
        history.control_id,
        history.stage,
        history.metric,
        count(*) as n,
        {{ median('history.value') }} as median_value,
        coalesce({{ median('history.resolution') }}, 0) as resolution,
        {{ percentile('history.value', 0.01) }} as p01,
        {{ percentile('history.value', 0.05) }} as p05,
        {{ percentile('history.value', 0.25) }} as p25,
        {{ percentile('history.value', 0.75) }} as p75,
        {{ percentile('history.value', 0.95) }} as p95,
        {{ percentile('history.value', 0.99) }} as p99,
        history.as_of
    from history
    group by history.control_id, history.stage, history.metric, history.as_of
),

spreads as (
    select
        history.control_id,
        history.stage,
        history.metric,
        {{ median('abs(history.value - centres.median_value)') }} as mad,
        history.as_of
    from history
    inner join centres
        on
            history.control_id = centres.control_id
            and history.stage = centres.stage
            and history.metric = centres.metric
            and history.as_of = centres.as_of
    group by history.control_id, history.stage, history.metric, history.as_of
),

baselines as (
    select
        md5(
            centres.control_id || '|' || centres.stage || '|' || centres.metric || '|'
            || {{ timestamp_key('centres.as_of') }}
        ) as baseline_id,
        centres.control_id,
        centres.stage,
        centres.metric,
        centres.n,
        {{ round_to('centres.median_value', 6) }} as median_value,
        {{ round_to('spreads.mad', 6) }} as mad,
        {{ round_to('centres.p01', 6) }} as p01,
        {{ round_to('centres.p05', 6) }} as p05,
        {{ round_to('centres.p25', 6) }} as p25,
        {{ round_to('centres.p75', 6) }} as p75,
        {{ round_to('centres.p95', 6) }} as p95,
        {{ round_to('centres.p99', 6) }} as p99,
        {{ round_to('centres.median_value - metric_settings.limit_z * ' ~ scale, 6) }}
            as lower_limit,
        {{ round_to('centres.median_value + metric_settings.limit_z * ' ~ scale, 6) }}
            as upper_limit,
        centres.n >= {{ telemetry_setting('min_baseline_cycles') }} as is_sufficient,
        cast(centres.as_of as date) as as_of_date,
        centres.as_of
    from centres
    inner join spreads
        on
            centres.control_id = spreads.control_id
            and centres.stage = spreads.stage
            and centres.metric = spreads.metric
            and centres.as_of = spreads.as_of
    inner join metric_settings on centres.metric = metric_settings.metric
)

select * from baselines
