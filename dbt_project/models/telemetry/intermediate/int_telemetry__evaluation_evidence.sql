-- The auditor's own facts, taken cycle by cycle from what the rules found and from the
-- cycles themselves, not from what the writer was shown; one row per assessment.
with

assessments as (
    select * from {{ ref('int_telemetry__assessments_checked') }}
),

cycles as (
    select * from {{ ref('cycles') }}
),

cycle_issues as (
    select * from {{ ref('int_telemetry__cycle_issues_explained') }}
),

issue_cycles as (
    select * from {{ ref('int_telemetry__issue_cycles_described') }}
),

issues as (
    select * from {{ ref('issues') }}
),

rules as (
    select * from {{ ref('telemetry_issue_rules') }}
),

written_assessments as (
    select * from assessments
    where is_usable
),

findings as (
    select
        cycle_issues.control_id,
        cycle_issues.cycle_date,
        cycle_issues.rule,
        max(cycle_issues.unit) as unit,
        max({{ severity_rank('cycle_issues.severity') }}) as severity_rank,
        count(*) as cycle_count,
        max(case when cycle_issues.rank_in_day = 1 then cycle_issues.stage end)
            as stage,
        max(case when cycle_issues.rank_in_day = 1 then cycle_issues.value end)
            as value,
        max(case when cycle_issues.rank_in_day = 1 then cycle_issues.limit_value end)
            as limit_value,
        min(cycle_issues.value) as lowest_value,
        max(cycle_issues.value) as highest_value,
        min(cycle_issues.started_at) as first_started_at,
        max(cycle_issues.started_at) as last_started_at
    from cycle_issues
    group by cycle_issues.control_id, cycle_issues.cycle_date, cycle_issues.rule
),

finding_lines as (
    select
        findings.control_id,
        findings.cycle_date,
        findings.severity_rank,
        {{ json_object_text([
            ['rule', 'findings.rule'],
            ['direction', "case when rules.rule <> 'drift' then rules.direction end"],
            ['severity', severity_name('findings.severity_rank')],
            ['stage', 'findings.stage'],
            ['unit', 'findings.unit'],
            ['value', round_to('findings.value', 3)],
            ['limit', round_to('findings.limit_value', 3)],
            ['lowest_value', round_to('findings.lowest_value', 3)],
            ['highest_value', round_to('findings.highest_value', 3)],
            ['cycle_count', 'findings.cycle_count'],
            ['first_seen_at', timestamp_text('issues.first_seen_at')],
            ['first_today_at', timestamp_text('findings.first_started_at')],
            ['last_seen_at', timestamp_text('findings.last_started_at')],
        ]) }} as line
    from findings
    inner join rules on findings.rule = rules.rule
    inner join issues
        on
            findings.control_id = issues.control_id
            and findings.rule = issues.rule
            and findings.cycle_date = issues.issue_date
),

findings_by_day as (
    select
        finding_lines.control_id,
        finding_lines.cycle_date,
        {{ ordered_array_agg('finding_lines.line', '-finding_lines.severity_rank') }}
            as findings
    from finding_lines
    group by finding_lines.control_id, finding_lines.cycle_date
),

citations as (
    select
        written_assessments.control_id,
        written_assessments.assessment_date,
        {{ array_elements('written_assessments.cited_cycle_ids') }} as cycle_id
    from written_assessments
),

-- cited cycles come first, so that a citation is never unknown only because the list
-- ends
cycle_facts as (
    select
        issue_cycles.control_id,
        issue_cycles.cycle_date,
        row_number() over (
            partition by issue_cycles.control_id, issue_cycles.cycle_date
            order by
                case when citations.cycle_id is null then 1 else 0 end asc nulls last,
                issue_cycles.overshoot desc nulls last,
                issue_cycles.cycle_id asc nulls last
        ) as place,
        issue_cycles.facts
    from issue_cycles
    left join citations
        on
            issue_cycles.cycle_id = citations.cycle_id
            and issue_cycles.control_id = citations.control_id
            and issue_cycles.cycle_date = citations.assessment_date
),

cycle_facts_by_day as (
    select
        cycle_facts.control_id,
        cycle_facts.cycle_date,
        {{ ordered_array_agg('cycle_facts.facts', 'cycle_facts.place') }} as cycle_facts
    from cycle_facts
    where cycle_facts.place <= 40
    group by cycle_facts.control_id, cycle_facts.cycle_date
),

cycles_by_day as (
    select
        cycles.control_id,
        cycles.cycle_date,
        count(*) as cycle_count,
        count(issue_cycles.cycle_id) as cycles_with_issues
    from cycles
    left join issue_cycles on cycles.cycle_id = issue_cycles.cycle_id
    group by cycles.control_id, cycles.cycle_date
),

evidence as (
    select
        written_assessments.control_id,
        written_assessments.call_id as assessment_call_id,
        written_assessments.summary,
        written_assessments.severity,
        written_assessments.likely_cause,
        written_assessments.recommended_action,
        written_assessments.cited_cycle_ids,
        findings_by_day.findings,
        cycle_facts_by_day.cycle_facts,
        cycles_by_day.cycle_count,
        cycles_by_day.cycles_with_issues,
        written_assessments.confidence,
        written_assessments.assessment_date
    from written_assessments
    inner join findings_by_day
        on
            written_assessments.control_id = findings_by_day.control_id
            and written_assessments.assessment_date = findings_by_day.cycle_date
    inner join cycle_facts_by_day
        on
            written_assessments.control_id = cycle_facts_by_day.control_id
            and written_assessments.assessment_date = cycle_facts_by_day.cycle_date
    inner join cycles_by_day
        on
            written_assessments.control_id = cycles_by_day.control_id
            and written_assessments.assessment_date = cycles_by_day.cycle_date
)

select * from evidence
