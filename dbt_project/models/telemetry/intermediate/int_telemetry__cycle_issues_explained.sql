-- What is left once side effects are taken out: a cycle that draws too much power is
-- also hot, and is reported once.
with

found_issues as (
    select * from {{ ref('int_telemetry__cycle_issues_found') }}
),

rules as (
    select * from {{ ref('telemetry_issue_rules') }}
),

explanations as (
    select * from {{ ref('telemetry_issue_explanations') }}
),

side_effects as (
    select
        found_issues.cycle_id,
        explanations.rule
    from found_issues
    inner join explanations on found_issues.rule = explanations.explained_by
    group by found_issues.cycle_id, explanations.rule
),

issues_with_severity as (
    select
        found_issues.cycle_id,
        found_issues.control_id,
        found_issues.rule,
        case
            when found_issues.overshoot >= rules.critical_from then 'critical'
            when found_issues.overshoot >= rules.high_from then 'high'
            when found_issues.overshoot >= rules.medium_from then 'medium'
            else 'low'
        end as severity,
        found_issues.stage,
        found_issues.unit,
        found_issues.value,
        found_issues.limit_value,
        found_issues.overshoot,
        found_issues.cycle_date,
        found_issues.started_at
    from found_issues
    inner join rules on found_issues.rule = rules.rule
    left join side_effects
        on
            found_issues.cycle_id = side_effects.cycle_id
            and found_issues.rule = side_effects.rule
    where side_effects.rule is null
)

select * from issues_with_severity
