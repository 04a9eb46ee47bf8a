-- Every metric of every cycle against every rule that looks at it. The allowance is
-- wider for a short history: a MAD of few cycles is itself uncertain.
with

metrics_compared as (
    select * from {{ ref('int_telemetry__cycle_stage_metrics_compared') }}
),

shapes_compared as (
    select * from {{ ref('int_telemetry__cycle_shapes_compared') }}
),

rules as (
    select * from {{ ref('telemetry_issue_rules') }}
),

comparisons as (
    select
        metrics_compared.cycle_id,
        metrics_compared.control_id,
        metrics_compared.stage,
        metrics_compared.metric,
        metrics_compared.value,
        metrics_compared.median_value,
        metrics_compared.mad,
        metrics_compared.n,
        metrics_compared.is_sufficient,
        metrics_compared.cycle_date,
        metrics_compared.started_at
    from metrics_compared

    union all

    select
        shapes_compared.cycle_id,
        shapes_compared.control_id,
        shapes_compared.stage,
        shapes_compared.metric,
        shapes_compared.value,
        shapes_compared.median_value,
        shapes_compared.mad,
        shapes_compared.n,
        shapes_compared.is_sufficient,
        shapes_compared.cycle_date,
        shapes_compared.started_at
    from shapes_compared
),

comparisons_by_rule as (
    select
        comparisons.cycle_id,
        comparisons.control_id,
        rules.rule,
        comparisons.stage,
        rules.unit,
        rules.direction,
        comparisons.value,
        comparisons.median_value,
        case
            when rules.direction = 'up'
                then comparisons.value - comparisons.median_value
            else comparisons.median_value - comparisons.value
        end as deviation,
        greatest(
            rules.spread_factor * 1.4826 * comparisons.mad
            * (1 + cast(4 as double) / comparisons.n),
            rules.min_deviation_pct / 100 * abs(comparisons.median_value),
            rules.min_deviation
        ) as allowance,
        comparisons.cycle_date,
        comparisons.started_at
    from comparisons
    inner join rules
        on
            comparisons.metric = rules.metric
            and (rules.stage = 'all') = (comparisons.stage = 'all')
    where comparisons.is_sufficient and comparisons.value is not null
),

deviations as (
    select
        comparisons_by_rule.cycle_id,
        comparisons_by_rule.control_id,
        comparisons_by_rule.rule,
        comparisons_by_rule.stage,
        comparisons_by_rule.unit,
        comparisons_by_rule.value,
        comparisons_by_rule.median_value,
        {% call round_to(digits=6) %}
            comparisons_by_rule.median_value
            + case when comparisons_by_rule.direction = 'up' then 1 else -1 end
            * comparisons_by_rule.allowance
        {% endcall %} as limit_value,
        comparisons_by_rule.deviation,
        {% call round_to(digits=6) %}
            comparisons_by_rule.deviation / nullif(comparisons_by_rule.allowance, 0)
        {% endcall %} as overshoot,
        comparisons_by_rule.cycle_date,
        comparisons_by_rule.started_at
    from comparisons_by_rule
    where
        comparisons_by_rule.deviation > 0
        and comparisons_by_rule.deviation >= comparisons_by_rule.allowance
)

select * from deviations
