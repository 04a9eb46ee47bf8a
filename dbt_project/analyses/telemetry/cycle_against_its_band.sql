-- The newest cycle of each machine beside the limits it was judged by.
with

newest_cycles as (
    select
        cycles.control_id,
        max_by(cycles.cycle_id, cycles.started_at) as cycle_id
    from telemetry.cycles
    group by cycles.control_id
)

select
    cycle_stages.control_id,
    cycle_stages.cycle_id,
    cycle_stages.stage,
    cycle_stages.mean_power_w,
    baselines.lower_limit,
    baselines.median_value,
    baselines.upper_limit,
    baselines.n
from telemetry.cycle_stages
inner join newest_cycles on cycle_stages.cycle_id = newest_cycles.cycle_id
left join telemetry.baselines
    on
        cycle_stages.control_id = baselines.control_id
        and cycle_stages.stage = baselines.stage
        and cycle_stages.cycle_date = baselines.as_of_date
        and baselines.metric = 'power_w'
order by cycle_stages.control_id, cycle_stages.started_at
