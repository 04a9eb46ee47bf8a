-- Calls without a usable answer, by what was wrong, with one answer as an example.
select
    calls.node,
    calls.model,
    calls.status,
    calls.error_type,
    count(*) as call_count,
    max(calls.attempts) as most_attempts,
    min(calls.error) as example,
    max(calls.answered_at) as last_answered_at
from llm.calls
where calls.status not in ('ok', 'repaired')
group by calls.node, calls.model, calls.status, calls.error_type
order by call_count desc, calls.node asc
