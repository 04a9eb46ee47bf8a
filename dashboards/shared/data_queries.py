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
