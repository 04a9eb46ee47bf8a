-- Why cycles may not shape baselines, and how far outside the limit they were.
select
    rejected_cycles.reason,
    rejected_cycles.control_id,
    count(*) as cycle_count,
    min(rejected_cycles.value) as lowest_value,
    max(rejected_cycles.value) as highest_value,
    max(rejected_cycles.started_at) as last_started_at
from telemetry.rejected_cycles
group by rejected_cycles.reason, rejected_cycles.control_id
order by cycle_count desc, rejected_cycles.reason asc, rejected_cycles.control_id asc
