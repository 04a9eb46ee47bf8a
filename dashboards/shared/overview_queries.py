"""What the overview asks of the released tables."""

LAST_RUN = """
select run_id, invocation_id, started_at, seconds, status, message, release_id
from ops.runs
order by rowid
limit 1
"""

LAST_RUNS = """
select started_at, status, seconds, calls, cached, usd, release_id, message, run_id
from ops.runs
order by rowid
limit 8
"""

GATES = """
with last_invocations as (
    select gate, arg_min(invocation_id, rowid) as invocation_id
    from ops.gate_results
    group by gate
)

select
    gate_results.gate,
    count(*) as promise_count,
    count(*) filter (where not gate_results.success) as broken_count,
    count(*) filter (where not gate_results.success and gate_results.severity = 'critical')
        as critical_count,
    count(*) filter (where gate_results.broken_check) as broken_check_count,
    max(gate_results.checked_at) as checked_at
from ops.gate_results
inner join last_invocations
    on gate_results.gate = last_invocations.gate
    and gate_results.invocation_id = last_invocations.invocation_id
group by gate_results.gate
order by
    split_part(gate_results.gate, '__', 1),
    -- in the order data meets them
    list_position(
        ['after_landing', 'after_staging', 'after_llm', 'before_release'],
        split_part(gate_results.gate, '__', 2)
    ),
    gate_results.gate
"""

FRESHNESS = """
select source, newest_record_at
from ops.freshness
order by newest_record_at desc nulls last
"""

SPEND = """
select
    sum(usd) as usd,
    sum(usd) filter (where cost_date > $today::date - 7) as week_usd,
    sum(calls)::bigint as calls,
    sum(cached)::bigint as cached,
    sum(saved_usd) as saved_usd,
    bool_or(provider = 'offline-rules') as has_offline_answers
from ops.costs
"""

TELEMETRY = """
with last_day as (
    select max(cycle_date) as day
    from telemetry.cycles
)

select
    last_day.day,
    (select count(distinct control_id) from telemetry.cycles) as control_count,
    (select count(*) from telemetry.cycles) as cycle_count,
    (select count(*) from telemetry.issues where issue_date = last_day.day) as issue_count,
    (
        select count(*)
        from telemetry.issues
        where issue_date = last_day.day and severity = 'critical'
    ) as critical_count,
    (
        select count(*)
        from telemetry.assessments
        where review_status in ('needs_review', 'pending')
    ) as waiting_count
from last_day
"""

TELEMETRY_BY_DAY = """
select issue_date as day, severity, count(*) as issue_count
from telemetry.issues
group by issue_date, severity
order by issue_date
"""

CONVERSATIONS = """
select
    count(*) as conversation_count,
    count(distinct conversations.dataset_id) as dataset_count,
    count(*) filter (where conversations.status = 'kept') as kept_count,
    count(*) filter (
        where conversations.status = 'kept' and quality.grade = 'premium'
    ) as premium_count,
    count(distinct quality.conversation_id) filter (
        where quality.is_flagged_for_care
    ) as care_count
from conversations.conversations
left join conversations.quality
    on conversations.conversation_id = quality.conversation_id
"""

CONVERSATION_SCORES = """
select least(floor(score * 20), 19) / 20 as score, count(*) as row_count
from conversations.quality
where score is not null
group by 1
order by 1
"""

EXPERIMENTS = """
select
    (select count(*) from experiments.cohorts) as cohort_count,
    (select count(*) from experiments.generations) as generation_count,
    count(*) filter (where status = 'ok') as score_count,
    count(*) filter (where status <> 'ok') as error_count
from experiments.scores
"""

EXPERIMENT_SCORES = """
with shares as (
    select (score - scale_min) / nullif(scale_max - scale_min, 0) as share
    from experiments.scores
    where status = 'ok'
)

select least(floor(share * 20), 19) / 20 as score, count(*) as row_count
from shares
where share is not null
group by 1
order by 1
"""
