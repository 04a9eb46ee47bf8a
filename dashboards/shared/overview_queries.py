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
