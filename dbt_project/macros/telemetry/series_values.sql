{# Gives the values of `sensor_values` with power and temperature of `readings` as two more sensors. #}
{% macro series_values() -%}
    select
        sensor_values.source,
        sensor_values.control_id,
        sensor_values.sensor,
        sensor_values.value,
        sensor_values.reading_at
    from sensor_values
    union all
    select
        readings.source,
        readings.control_id,
        'power_w' as sensor,
        readings.power_w as value,
        readings.reading_at
    from readings
    union all
    select
        readings.source,
        readings.control_id,
        'temperature_c' as sensor,
        readings.temperature_c as value,
        readings.reading_at
    from readings
{%- endmacro %}
