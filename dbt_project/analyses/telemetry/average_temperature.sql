-- Average temperature of each machine over a chosen window.
select
    readings.control_id,
    avg(readings.temperature_c) as average_temperature_c,
    count(readings.temperature_c) as reading_count
from telemetry.readings
where
    readings.reading_at >= timestamp '2026-01-01 00:00:00'
    and readings.reading_at < timestamp '2027-01-01 00:00:00'
group by readings.control_id
order by readings.control_id
