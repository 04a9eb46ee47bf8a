-- A rule that fires on following days of operation is one run: every day of it knows
-- when it began.
with

cycle_issues as (
    select * from {{ ref('int_telemetry__cycle_issues_explained') }}
),

cycles as (
    select * from {{ ref('cycles') }}
),

operating_days as (
    select
        cycles.control_id,
        cycles.cycle_date,
        row_number() over (partition by cycles.control_id order by cycles.cycle_date)
            as day_number
    from cycles
    group by cycles.control_id, cycles.cycle_date
),

daily_issues as (
    select
        cycle_issues.control_id,
        cycle_issues.rule,
        max(case when cycle_issues.rank_in_day = 1 then cycle_issues.severity end)
            as severity,
        max(case when cycle_issues.rank_in_day = 1 then cycle_issues.stage end)
            as stage,
        max(case when cycle_issues.rank_in_day = 1 then cycle_issues.unit end)
            as unit,
        max(case when cycle_issues.rank_in_day = 1 then cycle_issues.value end)
            as value,
        max(case when cycle_issues.rank_in_day = 1 then cycle_issues.limit_value end)
            as limit_value,
        count(*) as cycle_count,
        {{ ordered_array_agg('cycle_issues.cycle_id', 'cycle_issues.started_at') }}
            as cycle_ids,
        cycle_issues.cycle_date,
        min(cycle_issues.started_at) as first_started_at,
        max(cycle_issues.started_at) as last_seen_at
    from cycle_issues
    group by cycle_issues.control_id, cycle_issues.rule, cycle_issues.cycle_date
),

issue_days as (
    select
        daily_issues.control_id,
        daily_issues.rule,
        daily_issues.cycle_date,
        daily_issues.first_started_at,
        operating_days.day_number - row_number() over (
            partition by daily_issues.control_id, daily_issues.rule
            order by operating_days.day_number
        ) as run_number
    from daily_issues
    inner join operating_days
        on
            daily_issues.control_id = operating_days.control_id
            and daily_issues.cycle_date = operating_days.cycle_date
),

run_starts as (
    select
        issue_days.control_id,
        issue_days.rule,
        issue_days.cycle_date,
        min(issue_days.first_started_at) over (
            partition by issue_days.control_id, issue_days.rule, issue_days.run_number
        ) as first_seen_at
    from issue_days
),

issues as (
    select
        {{ dbt.hash(dbt.concat([
            'daily_issues.control_id', "'|'", 'daily_issues.rule', "'|'",
            'cast(daily_issues.cycle_date as ' ~ dbt.type_string() ~ ')',
        ])) }} as issue_id,
        daily_issues.control_id,
        daily_issues.rule,
        daily_issues.severity,
        daily_issues.stage,
        daily_issues.unit,
        {{ round_to('daily_issues.value', 6) }} as value,
        {{ round_to('daily_issues.limit_value', 6) }} as limit_value,
        daily_issues.cycle_count,
        daily_issues.cycle_ids,
        daily_issues.cycle_date as issue_date,
        run_starts.first_seen_at,
        daily_issues.last_seen_at
    from daily_issues
    inner join run_starts
        on
            daily_issues.control_id = run_starts.control_id
            and daily_issues.rule = run_starts.rule
            and daily_issues.cycle_date = run_starts.cycle_date
)

select * from issues
