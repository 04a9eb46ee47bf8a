"""What the quality page asks of the released tables."""

INVOCATIONS = """
select
    gate_results.invocation_id,
    max(gate_results.checked_at) as checked_at,
    any_value(runs.status) as status,
    count(*) filter (where not gate_results.success) as broken_count
from ops.gate_results
left join ops.runs on gate_results.invocation_id = runs.invocation_id
group by gate_results.invocation_id
order by min(gate_results.rowid)
limit 100
"""

RESULTS = """
select
    gate,
    table_name,
    expectation,
    case
        when broken_check then 'broken check'
        when success then 'kept'
        when severity = 'critical' then 'broken, stopped'
        else 'broken, warned'
    end as verdict,
    severity,
    observed,
    expected,
    unexpected_count,
    sample_keys,
    checked_at
from ops.gate_results
where
    invocation_id = $invocation_id
    and ($broken_only::boolean = false or not success)
order by success, case severity when 'critical' then 0 else 1 end, gate, table_name, expectation
"""

REJECTS_BY_REASON = """
select
    source,
    reason,
    count(*) as row_count,
    count(distinct source_file) as file_count,
    max(rejected_at) as last_rejected_at
from telemetry.rejects
group by source, reason
order by row_count desc
"""

REJECTS = """
select
    source,
    source_file,
    line_number,
    column_name,
    reason,
    error,
    raw_text,
    rejected_at,
    load_id
from telemetry.rejects
where
    (len($sources::varchar[]) = 0 or list_contains($sources::varchar[], source))
    and (len($reasons::varchar[]) = 0 or list_contains($reasons::varchar[], reason))
    and (
        $text::varchar = ''
        or contains(lower(coalesce(raw_text, '')), lower($text::varchar))
        or contains(lower(coalesce(source_file, '')), lower($text::varchar))
    )
order by rejected_at desc, source_file, line_number
limit 5000
"""

REJECTED_CYCLES_BY_REASON = """
select reason, count(*) as cycle_count, count(distinct control_id) as control_count
from telemetry.rejected_cycles
group by reason
order by cycle_count desc
"""

REJECTED_CYCLES = """
select started_at, control_id, cycle_id, reason, value, limit_value
from telemetry.rejected_cycles
where len($reasons::varchar[]) = 0 or list_contains($reasons::varchar[], reason)
order by started_at desc
limit 5000
"""
