"""What the overview asks of the released tables."""

from python_models.release.metrics.compiler import metric_sql

LAST_RUN = """
select run_id, invocation_id, started_at, seconds, status, message, release_id, usd, nodes_failed
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
select
    coalesce(domain, 'other') as domain,
    count(*)::bigint as source_count,
    count(*) filter (
        where
            coalesce(landed_at, newest_record_at)
            < $now::timestamp - to_seconds($stale_hours::double * 3600)
    )::bigint as stale_count,
    max(newest_record_at) as newest_record_at,
    arg_max(source, newest_record_at) as newest_source,
    arg_min(source, landed_at) as latest_source,
    max(landed_at) as landed_at
from ops.freshness
group by all
order by newest_record_at desc nulls last, domain
"""

# against the last release of an earlier run: one run releases each product by itself
CHANGES = """
with shown as (
    select release_id, run_id
    from ops.releases
    where is_current
),

before as (
    select max(releases.release_id) as release_id
    from ops.releases
    cross join shown
    where
        releases.release_id < shown.release_id
        and releases.run_id is distinct from shown.run_id
),

tables_now as (
    select release_tables.*
    from ops.release_tables
    inner join shown on release_tables.release_id = shown.release_id
),

tables_before as (
    select release_tables.*
    from ops.release_tables
    inner join before on release_tables.release_id = before.release_id
)

select
    before.release_id as before_release_id,
    coalesce(tables_now.domain, tables_before.domain) as domain,
    coalesce(tables_now.table_name, tables_before.table_name) as table_name,
    tables_before.table_name is null as is_new,
    tables_now.table_name is null as is_gone,
    coalesce(tables_now.rows, 0) - coalesce(tables_before.rows, 0) as row_change
from tables_now
full outer join tables_before
    on tables_now.domain = tables_before.domain
    and tables_now.table_name = tables_before.table_name
cross join before
where
    before.release_id is not null
    and tables_now.snapshot_id is distinct from tables_before.snapshot_id
order by domain, abs(coalesce(tables_now.rows, 0) - coalesce(tables_before.rows, 0)) desc
"""

TRENDS = """
select seconds, usd
from ops.runs
where status in ('success', 'warn', 'pass')
order by rowid
limit 14
"""

SPEND = metric_sql(
    {
        "spend_usd": "usd",
        "saved_usd": "saved_usd",
        "reuse_share": "reuse_share",
        "calls_offline": "offline_count",
    }
)
SPEND_SINCE = metric_sql({"spend_usd": "usd"}, where="metric_time > $day::date")
SPEND_BY_DAY = metric_sql({"spend_usd": "usd"}, by=["day"])
