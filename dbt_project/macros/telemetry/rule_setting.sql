{# Gives the value of one row of the seed `telemetry_rule_settings`. #}
{% macro rule_setting(name) -%}
    (select max(value) from {{ ref('telemetry_rule_settings') }} where setting = '{{ name }}')
{%- endmacro %}
