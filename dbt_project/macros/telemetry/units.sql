{# Gives a power in watts; null for a unit that is not known. #}
{% macro to_watts(value, unit) -%}
    {{ value }} * {{ unit_factor(unit, {'W': 1.0, 'kW': 1000.0, 'MW': 1000000.0, 'mW': 0.001}) }}
{%- endmacro %}

{# Gives a voltage in volts; null for a unit that is not known. #}
{% macro to_volts(value, unit) -%}
    {{ value }} * {{ unit_factor(unit, {'V': 1.0, 'kV': 1000.0, 'mV': 0.001}) }}
{%- endmacro %}

{# Gives a current in amperes; null for a unit that is not known. #}
{% macro to_amperes(value, unit) -%}
    {{ value }} * {{ unit_factor(unit, {'A': 1.0, 'kA': 1000.0, 'mA': 0.001}) }}
{%- endmacro %}

{# Gives a temperature in degrees Celsius; null for a unit that is not known. #}
{% macro to_celsius(value, unit) -%}
    case {{ unit }}
        when 'degC' then {{ value }}
        when 'degF' then ({{ value }} - 32.0) * 5.0 / 9.0
        when 'K' then {{ value }} - 273.15
    end
{%- endmacro %}

{# Gives the factor that belongs to a unit's name as an SQL expression. #}
{% macro unit_factor(unit, factors) -%}
    case {{ unit }}
        {%- for name, factor in factors.items() %} when '{{ name }}' then {{ factor }}{% endfor %} end
{%- endmacro %}
