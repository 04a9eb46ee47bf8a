-- Everything the rule models found, side effects included.
with

level_issues as (
    select * from {{ ref('int_telemetry__level_issues_found') }}
),

duration_issues as (
    select * from {{ ref('int_telemetry__duration_issues_found') }}
),

dropout_issues as (
    select * from {{ ref('int_telemetry__dropout_issues_found') }}
),

drift_issues as (
    select * from {{ ref('int_telemetry__drift_issues_found') }}
),

found_issues as (
    select
        level_issues.cycle_id,
        level_issues.control_id,
        level_issues.rule,
        level_issues.stage,
        level_issues.unit,
        level_issues.value,
        level_issues.limit_value,
        level_issues.overshoot,
        level_issues.cycle_date,
        level_issues.started_at
    from level_issues
    union all
    select
        duration_issues.cycle_id,
        duration_issues.control_id,
        duration_issues.rule,
        duration_issues.stage,
        duration_issues.unit,
        duration_issues.value,
        duration_issues.limit_value,
        duration_issues.overshoot,
        duration_issues.cycle_date,
        duration_issues.started_at
    from duration_issues
    union all
    select
        dropout_issues.cycle_id,
        dropout_issues.control_id,
        dropout_issues.rule,
        dropout_issues.stage,
        dropout_issues.unit,
        dropout_issues.value,
        dropout_issues.limit_value,
        dropout_issues.overshoot,
        dropout_issues.cycle_date,
        dropout_issues.started_at
    from dropout_issues
    union all
    select
        drift_issues.cycle_id,
        drift_issues.control_id,
        drift_issues.rule,
        drift_issues.stage,
        drift_issues.unit,
        drift_issues.value,
        drift_issues.limit_value,
        drift_issues.overshoot,
        drift_issues.cycle_date,
        drift_issues.started_at
    from drift_issues
)

select * from found_issues
