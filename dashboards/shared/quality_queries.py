"""What the quality page asks of the released tables."""

from __future__ import annotations

from ingestion.lakehouse.sql_text import identifier, literal
from ingestion.landing.registration import Product

RELEASED = """
select table_schema || '.' || table_name as name
from information_schema.tables
"""

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


def rejects_of(products: list[Product]) -> str:
    """Return the rows that were refused of all products, as a query in brackets."""
    parts = [
        f"select {literal(one.title)} as product, *"
        f" from {identifier(one.name)}.{identifier(one.rejects)}"
        for one in products
    ]
    return f"({' union all by name '.join(parts)})"


REJECTS_BY_REASON = """
select
    product,
    source,
    reason,
    count(*) as row_count,
    count(distinct source_file) as file_count,
    max(rejected_at) as last_rejected_at
from {rejects}
group by product, source, reason
order by row_count desc
"""

REJECTS = """
select
    product,
    source,
    reason,
    error,
    raw_text,
    source_file,
    line_number,
    column_name,
    rejected_at,
    load_id
from {rejects}
where
    (len($products::varchar[]) = 0 or list_contains($products::varchar[], product))
    and (len($sources::varchar[]) = 0 or list_contains($sources::varchar[], source))
    and (len($reasons::varchar[]) = 0 or list_contains($reasons::varchar[], reason))
    and (
        $text::varchar = ''
        or contains(lower(coalesce(raw_text, '')), lower($text::varchar))
        or contains(lower(coalesce(source_file, '')), lower($text::varchar))
    )
order by rejected_at desc, source_file, line_number
limit 5000
"""

LOAD = """
select state, files, rows, rejects, duplicates, landed_at
from ops.loads
where load_id = $load_id and source = $source
order by landed_at desc
"""
