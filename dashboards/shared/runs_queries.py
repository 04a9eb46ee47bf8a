"""What the runs page asks of the released tables.

`ops.runs` and `ops.gate_results` lie newest first and `ops.node_runs` oldest first, in the order
they were written: that is what `rowid` sorts by, and a clock that goes back has no part in it.
"""

RUNS = """
select
    started_at,
    status,
    seconds,
    nodes_ok,
    nodes_failed,
    nodes_skipped,
    calls,
    cached,
    tokens,
    usd,
    release_id,
    bytes_added,
    message,
    run_id,
    command,
    left(git_commit, 10) as git_commit,
    is_dirty,
    invocation_id
from ops.runs
order by rowid
limit 500
"""

PHASES = """
select
    coalesce(domain, 'shared') as product,
    phase,
    case
        when bool_or(status in ('error', 'fail', 'runtime error', 'killed')) then 'failed'
        when bool_or(status = 'running') then 'running'
        when bool_and(status = 'skipped') then 'skipped'
        else 'success'
    end as status,
    count(*) as nodes,
    sum(seconds) as seconds,
    sum(rows_in)::bigint as rows_in,
    sum(rows_out)::bigint as rows_out,
    sum(calls)::bigint as calls,
    sum(cached)::bigint as cached,
    sum(usd) as usd,
    max(peak_memory_bytes) as peak_memory_bytes,
    sum(cpu_seconds) as cpu_seconds,
    sum(bytes_read)::bigint as bytes_read,
    sum(bytes_written)::bigint as bytes_written,
    max(bytes_spilled) as bytes_spilled
from ops.node_runs
where invocation_id = $invocation_id and phase is not null
group by coalesce(domain, 'shared'), phase
order by product, try_cast(split_part(phase, ' ', 1) as integer), phase
"""

NODES = """
select
    node,
    coalesce(phase, resource_type) as phase,
    status,
    seconds,
    rows_in,
    rows_out,
    calls,
    cached,
    tokens,
    usd,
    case when status not in ('success', 'pass') then message end as message,
    peak_memory_bytes,
    cpu_seconds,
    bytes_read,
    bytes_written,
    bytes_spilled,
    resource_type,
    domain,
    started_at
from ops.node_runs
where
    invocation_id = $invocation_id
    and ($all_nodes::boolean or resource_type <> 'test' or status not in ('pass', 'success'))
order by rowid
"""

SLOWEST = """
with slowest as (
    select node, seconds, rows_out
    from ops.node_runs
    where
        invocation_id = $invocation_id
        and resource_type not in ('test', 'unit_test')
        and seconds > 0
    order by seconds desc, node
    limit 12
),

usual as (
    select node, median(seconds) as usual_seconds
    from ops.node_runs
    where
        node in (select node from slowest)
        and invocation_id <> $invocation_id
        and status = 'success'
    group by node
)

select slowest.node, slowest.seconds, slowest.rows_out, usual.usual_seconds
from slowest
left join usual on slowest.node = usual.node
order by slowest.seconds desc, slowest.node
"""

# the forty that took longest, from the second they began
TIMELINE = """
with nodes as (
    select
        node,
        coalesce(domain, 'shared') as product,
        coalesce(phase, resource_type) as phase,
        seconds,
        epoch(started_at) - min(epoch(started_at)) over () as began
    from ops.node_runs
    where
        invocation_id = $invocation_id
        and resource_type not in ('test', 'unit_test')
        and started_at is not null
        and seconds > 0
    order by seconds desc, node
    limit 40
)

select node, product, phase, seconds, began, began + seconds as ended
from nodes
order by began, node
"""

NODE_HISTORY = """
with newest as (
    select
        runs.rowid as place,
        strftime(runs.started_at, '%d %b %H:%M') as run,
        node_runs.status,
        node_runs.seconds,
        node_runs.rows_out,
        node_runs.invocation_id = $invocation_id as is_shown
    from ops.node_runs
    inner join ops.runs on node_runs.invocation_id = runs.invocation_id
    where node_runs.node = $node and node_runs.seconds is not null
    order by runs.rowid
    limit 30
)

select -place as place, run, status, seconds, rows_out, is_shown
from newest
order by place
"""

COMPARED = """
with run_a as (
    select node, status, seconds, rows_out, calls, usd
    from ops.node_runs
    where invocation_id = $a and resource_type <> 'test'
),

run_b as (
    select node, status, seconds, rows_out, calls, usd
    from ops.node_runs
    where invocation_id = $b and resource_type <> 'test'
)

select
    coalesce(run_a.node, run_b.node) as node,
    run_a.status as status_a,
    run_b.status as status_b,
    run_a.rows_out as rows_a,
    run_b.rows_out as rows_b,
    run_b.rows_out - run_a.rows_out as rows_change,
    run_a.seconds as seconds_a,
    run_b.seconds as seconds_b,
    run_b.seconds - run_a.seconds as seconds_change,
    coalesce(run_b.usd, 0) - coalesce(run_a.usd, 0) as usd_change
from run_a
full outer join run_b on run_a.node = run_b.node
order by abs(coalesce(rows_change, 0)) desc, abs(coalesce(seconds_change, 0)) desc, node
"""

RUN_PAIR = """
select
    run_id,
    started_at,
    status,
    seconds,
    left(git_commit, 10) as git_commit,
    config_hash,
    project_hash,
    calls,
    cached,
    tokens,
    usd,
    release_id,
    invocation_id
from ops.runs
where invocation_id in ($a, $b)
"""

RELEASES = """
select
    release_id,
    created_at,
    kind || coalesce(' of ' || note, '') as what,
    is_current,
    tables,
    rows,
    bytes,
    run_id
from ops.releases
order by release_id desc
limit 500
"""

RELEASE_CHANGES = """
with before as (
    select max(release_id) as release_id
    from ops.releases
    where release_id < $release_id
),

tables_now as (
    select *
    from ops.release_tables
    where release_id = $release_id
),

tables_before as (
    select release_tables.*
    from ops.release_tables
    inner join before on release_tables.release_id = before.release_id
)

select
    coalesce(tables_now.domain, tables_before.domain) as product,
    coalesce(tables_now.table_name, tables_before.table_name) as table_name,
    case
        when tables_before.table_name is null then 'new'
        when tables_now.table_name is null then 'gone'
        else 'other rows'
    end as change,
    tables_now.rows,
    tables_before.rows as rows_before,
    coalesce(tables_now.rows, 0) - coalesce(tables_before.rows, 0) as row_change
from tables_now
full outer join tables_before
    on tables_now.domain = tables_before.domain
    and tables_now.table_name = tables_before.table_name
where tables_now.snapshot_id is distinct from tables_before.snapshot_id
order by product, abs(row_change) desc, table_name
"""
