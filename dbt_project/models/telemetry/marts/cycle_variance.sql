{{ config(
    materialized='incremental',
    incremental_strategy='replace_windows',
    on_schema_change='fail',
    meta={
        'replace_windows': {
            'windows': 'int_telemetry__rejudged_windows', 'column': 'started_at',
        },
    },
) }}
with

metrics_compared as (
    {{ reopened(
        ref('int_telemetry__cycle_stage_metrics_compared'), 'started_at',
        'int_telemetry__rejudged_windows'
    ) }}
),

cycle_stages as (
    select * from {{ ref('cycle_stages') }}
),

thresholds as (
    select * from {{ ref('telemetry_variance_thresholds') }}
),

metrics_with_rank as (
    select
        metrics_compared.cycle_id,
        metrics_compared.stage,
        metrics_compared.metric,
        coalesce(max(thresholds.class_rank), 0) as class_rank
    from metrics_compared
    left join thresholds
        on
            abs(metrics_compared.robust_z) >= thresholds.min_abs_z
            and (
                not metrics_compared.is_share_meaningful
                or abs(metrics_compared.deviation_pct)
                >= thresholds.min_abs_deviation_pct
            )
    group by metrics_compared.cycle_id, metrics_compared.stage, metrics_compared.metric
),

metrics_with_place as (
    select
        metrics_compared.cycle_id,
        metrics_compared.control_id,
        metrics_compared.stage,
        metrics_compared.metric,
        metrics_compared.direction,
        metrics_compared.value,
        metrics_compared.median_value,
        metrics_compared.robust_z,
        metrics_compared.deviation_pct,
        metrics_compared.drift_z,
        metrics_compared.is_sufficient,
        metrics_compared.cycle_date,
        metrics_compared.started_at,
        metrics_with_rank.class_rank,
        row_number() over (
            partition by metrics_compared.cycle_id, metrics_compared.stage
            order by
                metrics_with_rank.class_rank desc nulls last,
                abs(metrics_compared.robust_z) desc nulls last,
                metrics_compared.metric asc nulls last
        ) as place
    from metrics_compared
    inner join metrics_with_rank
        on
            metrics_compared.cycle_id = metrics_with_rank.cycle_id
            and metrics_compared.stage = metrics_with_rank.stage
            and metrics_compared.metric = metrics_with_rank.metric
),

stage_scores as (
    select
        metrics_with_place.cycle_id,
        metrics_with_place.stage,
        {%- for metric in ['power_w', 'temperature_c', 'duration_s', 'energy_wh'] %}
        max(
            case
                when metrics_with_place.metric = '{{ metric }}'
                    then metrics_with_place.robust_z
            end
        ) as {{ metric.split('_')[0] }}_robust_z,
        {%- endfor %}
        bool_or(metrics_with_place.is_sufficient) as is_sufficient
    from metrics_with_place
    group by metrics_with_place.cycle_id, metrics_with_place.stage
),

cycle_variance as (
    select
        metrics_with_place.cycle_id,
        metrics_with_place.control_id,
        metrics_with_place.stage,
        metrics_with_place.metric,
        case
            when not stage_scores.is_sufficient then 'insufficient_history'
            when thresholds.variance_class is null then 'normal'
            else thresholds.variance_class
        end as variance_class,
        case
            when metrics_with_place.class_rank = 0 then 'none' else
                metrics_with_place.direction
        end
            as direction,
        metrics_with_place.value,
        metrics_with_place.median_value as baseline_median,
        metrics_with_place.robust_z,
        metrics_with_place.deviation_pct,
        cycle_stages.coefficient_of_variation,
        metrics_with_place.drift_z,
        stage_scores.power_robust_z,
        stage_scores.temperature_robust_z,
        stage_scores.duration_robust_z,
        stage_scores.energy_robust_z,
        metrics_with_place.cycle_date,
        metrics_with_place.started_at
    from metrics_with_place
    inner join stage_scores
        on
            metrics_with_place.cycle_id = stage_scores.cycle_id
            and metrics_with_place.stage = stage_scores.stage
    left join thresholds on metrics_with_place.class_rank = thresholds.class_rank
    left join cycle_stages
        on
            metrics_with_place.cycle_id = cycle_stages.cycle_id
            and metrics_with_place.stage = cycle_stages.stage
    where metrics_with_place.place = 1
)

select * from cycle_variance
