"""What the catalog page asks of the release: its tables, their columns, a look at their rows."""

TABLES = """
select
    schema_name,
    view_name as table_name,
    comment
from duckdb_views()
where not internal and schema_name <> 'main'
union all by name
select
    schema_name,
    table_name,
    comment
from duckdb_tables()
where not internal
order by schema_name, table_name
"""

RELEASED = """
select
    release_tables.domain as schema_name,
    release_tables.table_name,
    release_tables.rows,
    release_tables.bytes,
    release_tables.is_unchanged
from ops.release_tables
where
    release_tables.release_id in (
        select releases.release_id from ops.releases where releases.is_current
    )
"""

COLUMNS = """
select column_name, data_type, comment
from duckdb_columns()
where schema_name = $schema_name and table_name = $table_name
order by column_index
"""

# query_table takes the name as a value, so that no name is ever pasted into SQL
PREVIEW = "select * from query_table($name::varchar) limit $row_limit::bigint"

WHOLE = "select * from query_table($name::varchar)"

LOADS = """
select *
from ops.loads
order by landed_at desc
limit 200
"""

HISTORY = """
with last_releases as (
    select release_id, rows, is_unchanged, created_at
    from ops.release_tables
    where domain = $schema_name and table_name = $table_name
    order by release_id desc
    limit 30
)

select *
from last_releases
order by release_id
"""

NEWEST = """
select max(landed_at) as landed_at, max(newest_record_at) as newest_record_at
from ops.freshness
where domain = $schema_name
"""

# the newest result of each
TEST_RESULTS = """
select
    node,
    arg_max(status, rowid) as status,
    arg_max(message, rowid) as message
from ops.node_runs
where resource_type = 'test' and list_contains($nodes::varchar[], node)
group by node
"""

PROMISES = """
with last_invocations as (
    select gate, arg_min(invocation_id, rowid) as invocation_id
    from ops.gate_results
    group by gate
)

select
    '(gate ' || replace(split_part(gate_results.gate, '__', 2), '_', ' ') || ')' as "column",
    gate_results.expectation as test,
    case
        when gate_results.broken_check then 'Check broken'
        when gate_results.success then 'Passed'
        when gate_results.severity = 'critical' then 'Failed'
        else 'Passed with warnings'
    end as result,
    gate_results.observed as found
from ops.gate_results
inner join last_invocations
    on gate_results.gate = last_invocations.gate
    and gate_results.invocation_id = last_invocations.invocation_id
where
    gate_results.table_name = $table_name
    and starts_with(gate_results.gate, 'gate_' || $schema_name || '__')
order by 1, 2
"""
