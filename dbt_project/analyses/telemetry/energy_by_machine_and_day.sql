-- Energy used in cycles, in kilowatt hours.
select
    cycles.control_id,
    cycles.cycle_date,
    count(*) as cycle_count,
    round(sum(cycles.energy_wh) / 1000, 3) as energy_kwh
from telemetry.cycles
group by cycles.control_id, cycles.cycle_date
order by cycles.control_id, cycles.cycle_date
