-- Lowest, mean and highest value of each sensor by day.
select
    sensor_values.control_id,
    sensor_values.sensor,
    sensor_values.reading_date,
    count(*) as value_count,
    min(sensor_values.value) as lowest_value,
    avg(sensor_values.value) as mean_value,
    max(sensor_values.value) as highest_value
from telemetry.sensor_values
group by sensor_values.control_id, sensor_values.sensor, sensor_values.reading_date
order by
    sensor_values.control_id asc,
    sensor_values.sensor asc,
    sensor_values.reading_date asc
