-- What the assessment is written from: aggregates and at most a dozen cycles, whatever
-- the size of the day, with rounded figures that the text can quote as they stand.
with

issues as (
    select * from {{ ref('issues') }}
),

cycles as (
    select * from {{ ref('cycles') }}
),

issue_cycles as (
    select * from {{ ref('int_telemetry__issue_cycles_described') }}
),

rules as (
    select * from {{ ref('telemetry_issue_rules') }}
),

issue_lines as (
    select
        issues.control_id,
        issues.rule,
        issues.issue_date,
        {{ severity_rank('issues.severity') }} as severity_rank,
        {{ json_object_text([
            ['rule', 'issues.rule'],
            ['label', 'rules.label'],
            ['severity', 'issues.severity'],
            ['stage', 'issues.stage'],
            ['unit', 'issues.unit'],
            ['value', round_to('issues.value', 2)],
            ['limit', round_to('issues.limit_value', 2)],
            ['cycle_count', 'issues.cycle_count'],
            ['cycle_ids', array_head('issues.cycle_ids', 8)],
            ['first_seen_at', timestamp_text('issues.first_seen_at')],
            ['last_seen_at', timestamp_text('issues.last_seen_at')],
            ['likely_cause', 'rules.likely_cause'],
            ['what_to_do', 'rules.what_to_do'],
        ]) }} as line
    from issues
    inner join rules on issues.rule = rules.rule
),

issues_by_day as (
    select
        issue_lines.control_id,
        issue_lines.issue_date,
        count(*) as issue_count,
        max(issue_lines.severity_rank) as worst_severity_rank,
        {{ ordered_array_agg('issue_lines.line', '-issue_lines.severity_rank') }}
            as issues
    from issue_lines
    group by issue_lines.control_id, issue_lines.issue_date
),

ranked_cycles as (
    select
        issue_cycles.control_id,
        issue_cycles.cycle_date,
        issue_cycles.facts,
        row_number() over (
            partition by issue_cycles.control_id, issue_cycles.cycle_date
            order by issue_cycles.overshoot desc, issue_cycles.cycle_id asc
        ) as place
    from issue_cycles
),

cycle_lines_by_day as (
    select
        ranked_cycles.control_id,
        ranked_cycles.cycle_date,
        {{ ordered_array_agg('ranked_cycles.facts', 'ranked_cycles.place') }} as cycles
    from ranked_cycles
    where ranked_cycles.place <= 12
    group by ranked_cycles.control_id, ranked_cycles.cycle_date
),

cycles_by_day as (
    select
        cycles.control_id,
        cycles.cycle_date,
        count(*) as cycle_count,
        count(issue_cycles.cycle_id) as cycles_with_issues,
        {{ ordered_array_agg('issue_cycles.cycle_id', 'cycles.started_at') }}
            as known_cycle_ids
    from cycles
    left join issue_cycles on cycles.cycle_id = issue_cycles.cycle_id
    group by cycles.control_id, cycles.cycle_date
),

history_lines as (
    select
        issues_by_day.control_id,
        issues_by_day.issue_date,
        issues.issue_date as earlier_date,
        {{ json_object_text([
            ['rule', 'issues.rule'],
            ['date', 'cast(issues.issue_date as ' ~ dbt.type_string() ~ ')'],
            ['severity', 'issues.severity'],
            ['cycle_count', 'issues.cycle_count'],
        ]) }} as line
    from issues_by_day
    inner join issues
        on
            issues_by_day.control_id = issues.control_id
            and issues_by_day.issue_date > issues.issue_date
            and issues_by_day.issue_date
            <= cast({{ dbt.dateadd('day', 7, 'issues.issue_date') }} as date)
),

history_by_day as (
    select
        history_lines.control_id,
        history_lines.issue_date,
        {{ ordered_array_agg('history_lines.line', 'history_lines.earlier_date') }}
            as history
    from history_lines
    group by history_lines.control_id, history_lines.issue_date
),

evidence as (
    select
        issues_by_day.control_id,
        issues_by_day.issues,
        cycle_lines_by_day.cycles,
        coalesce(history_by_day.history, {{ empty_string_array() }}) as history,
        cycles_by_day.known_cycle_ids,
        cycles_by_day.cycle_count,
        cycles_by_day.cycles_with_issues,
        issues_by_day.issue_count,
        issues_by_day.worst_severity_rank,
        issues_by_day.issue_date as assessment_date
    from issues_by_day
    inner join cycles_by_day
        on
            issues_by_day.control_id = cycles_by_day.control_id
            and issues_by_day.issue_date = cycles_by_day.cycle_date
    left join cycle_lines_by_day
        on
            issues_by_day.control_id = cycle_lines_by_day.control_id
            and issues_by_day.issue_date = cycle_lines_by_day.cycle_date
    left join history_by_day
        on
            issues_by_day.control_id = history_by_day.control_id
            and issues_by_day.issue_date = history_by_day.issue_date
)

select * from evidence
