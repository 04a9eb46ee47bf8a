{{ config(
    materialized='incremental',
    incremental_strategy='replace_windows',
    meta={
        'replace_windows': {
            'windows': 'int_telemetry__rejudged_windows', 'column': 'started_at',
        },
    },
) }}
{%- set drift_cycles = telemetry_setting('drift_cycles') -%}
{%- set terms, counted = [], [] -%}
{%- for step in range(drift_cycles) -%}
{%- set name = 'deviations.deviation_' ~ step -%}
{%- do terms.append('coalesce(' ~ name ~ ', 0)') -%}
{%- do counted.append('case when ' ~ name ~ ' is null then 0 else 1 end') -%}
{%- endfor -%}
-- Each figure beside the baseline of its own day. Drift is the mean deviation of this
-- and the cycles before it, each cut at 3 spreads, so that one wild cycle is no drift.
with

metrics as (
    {{ reopened(
        ref('int_telemetry__cycle_stage_metrics_listed'), 'started_at',
        'int_telemetry__rejudged_windows', telemetry_setting('baseline_days')
    ) }}
),

baselines as (
    select * from {{ ref('baselines') }}
),

metric_settings as (
    select * from {{ ref('telemetry_metrics') }}
),

metrics_with_past as (
    select
        metrics.cycle_id,
        metrics.control_id,
        metrics.stage,
        metrics.metric,
        metrics.value,
        metrics.is_valid,
        metrics.cycle_date,
        metrics.started_at,
    {%- for step in range(drift_cycles) %}
    lag(case when metrics.is_valid then metrics.value end, {{ step }}) over cycle_order
        as value_{{ step }},
    lag(metrics.started_at, {{ step }}) over cycle_order as started_{{ step }}_at
    {{- ',' if not loop.last }}
    {%- endfor %}
    from metrics
    window cycle_order as (
        partition by metrics.control_id, metrics.stage, metrics.metric
        order by metrics.started_at asc nulls first, metrics.cycle_id asc nulls first
    )
),

metrics_to_judge as (
    {{ reopened('metrics_with_past', 'started_at', 'int_telemetry__rejudged_windows') }}
),

metrics_with_baseline as (
    select
        metrics_to_judge.cycle_id,
        metrics_to_judge.control_id,
        metrics_to_judge.stage,
        metrics_to_judge.metric,
        metrics_to_judge.value,
        metrics_to_judge.is_valid,
        metrics_to_judge.cycle_date,
        metrics_to_judge.started_at,
        {%- for step in range(drift_cycles) %}
        metrics_to_judge.value_{{ step }},
        metrics_to_judge.started_{{ step }}_at,
        {%- endfor %}
        baselines.baseline_id,
        baselines.n,
        baselines.median_value,
        baselines.mad,
        baselines.lower_limit,
        baselines.upper_limit,
        coalesce(baselines.is_sufficient, false) as is_sufficient,
        case
            when baselines.is_sufficient
                then
                    (baselines.upper_limit - baselines.median_value)
                    / metric_settings.limit_z
        end as scale,
        metric_settings.is_share_meaningful
    from metrics_to_judge
    inner join metric_settings on metrics_to_judge.metric = metric_settings.metric
    left join baselines
        on
            metrics_to_judge.control_id = baselines.control_id
            and metrics_to_judge.stage = baselines.stage
            and metrics_to_judge.metric = baselines.metric
            and metrics_to_judge.cycle_date = baselines.as_of_date
),

deviations as (
    select
        metrics_with_baseline.cycle_id,
        metrics_with_baseline.control_id,
        metrics_with_baseline.stage,
        metrics_with_baseline.metric,
        metrics_with_baseline.value,
        metrics_with_baseline.is_valid,
        metrics_with_baseline.cycle_date,
        metrics_with_baseline.started_at,
        metrics_with_baseline.baseline_id,
        metrics_with_baseline.n,
        metrics_with_baseline.median_value,
        metrics_with_baseline.mad,
        metrics_with_baseline.lower_limit,
        metrics_with_baseline.upper_limit,
        metrics_with_baseline.is_sufficient,
        metrics_with_baseline.is_share_meaningful,
        (metrics_with_baseline.value - metrics_with_baseline.median_value)
        / metrics_with_baseline.scale as robust_z,
    {%- for step in range(drift_cycles) %}
    case
        when
            metrics_with_baseline.started_{{ step }}_at >= {{ days_after(
                    'cast(metrics_with_baseline.cycle_date as timestamp)',
                    -telemetry_setting('baseline_days')
                ) }}
            and metrics_with_baseline.value_{{ step }} is not null
            and metrics_with_baseline.scale is not null
            then greatest(-3, least(
                3,
                (
                    metrics_with_baseline.value_{{ step }}
                    - metrics_with_baseline.median_value
                )
                / metrics_with_baseline.scale
                ))
    end as deviation_{{ step }}
    {{- ',' if not loop.last }}
    {%- endfor %}
    from metrics_with_baseline
),

metrics_compared as (
    select
        deviations.cycle_id,
        deviations.control_id,
        deviations.stage,
        deviations.metric,
        deviations.baseline_id,
        case
            when deviations.robust_z is null then 'none'
            when deviations.robust_z > 0 then 'up'
            when deviations.robust_z < 0 then 'down'
            else 'none'
        end as direction,
        deviations.value,
        coalesce(deviations.n, 0) as n,
        deviations.median_value,
        deviations.mad,
        deviations.lower_limit,
        deviations.upper_limit,
        {{ round_to('deviations.robust_z', 6) }} as robust_z,
        {% call round_to(digits=6) %}
            case
                when deviations.is_sufficient
                    then
                        100 * (deviations.value - deviations.median_value)
                        / nullif(abs(deviations.median_value), 0)
            end
        {% endcall %} as deviation_pct,
        {{ round_to(
            '(' ~ terms | join(' + ') ~ ') / nullif(' ~ counted | join(' + ') ~ ', 0)', 6
        ) }} as drift_z,
        deviations.is_sufficient,
        deviations.is_share_meaningful,
        deviations.is_valid,
        deviations.cycle_date,
        deviations.started_at
    from deviations
)

select * from metrics_compared
