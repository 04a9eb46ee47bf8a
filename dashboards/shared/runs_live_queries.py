"""What the run going on is asked of the journal (SQLite): it is in no release yet."""

LIVE_RUN = """
select invocation_id, run_id
from runs
where status = 'running'
order by rowid desc
limit 1
"""

LIVE_NODES = """
select unique_id, domain, phase, node, status, started_at, ended_at, rows_in, rows_out
from node_runs
where invocation_id = :invocation_id and phase is not null
order by rowid
"""

LIVE_SPENT = """
select node, sum(calls) as calls, sum(cached_calls) as cached, sum(cost_usd) as usd
from llm_step_runs
where invocation_id = :invocation_id
group by node
"""

LIVE_ATTEMPTS = """
select
    node,
    count(distinct call_id) as calls,
    count(distinct case when state not in ('sent', 'arrived') then call_id end) as answered,
    sum(cost_usd) as usd
from llm_attempts
where invocation_id = :invocation_id
group by node
"""

LIVE_ASKING = "select name, value from llm_meta where name like :name"

LIVE_LEDGER = "select 1 from sqlite_master where name = 'llm_step_runs'"

USUAL_SECONDS = """
select node_runs.unique_id, node_runs.seconds, runs.invocation_id, runs.seconds as run_seconds
from runs
inner join node_runs on runs.invocation_id = node_runs.invocation_id
where
    runs.rowid in (select rowid from runs where status = 'success' order by rowid desc limit 5)
    and node_runs.resource_type not in ('test', 'unit_test')
order by runs.rowid
"""
