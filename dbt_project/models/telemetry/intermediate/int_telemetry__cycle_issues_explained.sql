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
),

-- the cycles of a drift share its height: the last of them stands for the day
issues_ranked as (
    select
        issues_with_severity.cycle_id,
        issues_with_severity.control_id,
        issues_with_severity.rule,
        issues_with_severity.severity,
        issues_with_severity.stage,
        issues_with_severity.unit,
        issues_with_severity.value,
        issues_with_severity.limit_value,
        issues_with_severity.overshoot,
        row_number() over (
            partition by
                issues_with_severity.control_id,
                issues_with_severity.rule,
                issues_with_severity.cycle_date
            order by
                issues_with_severity.overshoot desc,
                issues_with_severity.started_at desc,
                issues_with_severity.cycle_id asc
        ) as rank_in_day,
        issues_with_severity.cycle_date,
        issues_with_severity.started_at
    from issues_with_severity
)

select * from issues_ranked
