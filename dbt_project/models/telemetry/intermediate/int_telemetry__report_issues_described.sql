-- Issues with their rule in words, as the report prints them.
with

issues as (
    select * from {{ ref('issues') }}
),

rules as (
    select * from {{ ref('telemetry_issue_rules') }}
),

issues_with_words as (
    select
        issues.issue_id,
        issues.control_id,
        issues.rule,
        issues.severity,
        issues.stage,
        issues.unit,
        rules.label,
        issues.value,
        issues.limit_value,
        issues.cycle_count,
        issues.cycle_ids,
        issues.issue_date,
        issues.first_seen_at,
        issues.last_seen_at
    from issues
    inner join rules on issues.rule = rules.rule
)

select * from issues_with_words
