-- Promises of gates that did not hold, newest run first, with rows that broke them.
select
    runs.started_at,
    gate_results.gate,
    gate_results.table_name,
    gate_results.expectation,
    gate_results.severity,
    gate_results.observed,
    gate_results.unexpected_count,
    gate_results.sample_keys
from ops.gate_results
left join ops.runs on gate_results.invocation_id = runs.invocation_id
where not gate_results.success
order by runs.started_at desc nulls last, gate_results.gate asc
limit 500
