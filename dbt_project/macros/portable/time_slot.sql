{# Gives the number of the slot of so many seconds, counted from 1970, that a timestamp falls in. #}
{% macro time_slot(moment, seconds) -%}
    {{ return(adapter.dispatch('time_slot', 'sluice')(moment, seconds)) }}
{%- endmacro %}

{% macro default__time_slot(moment, seconds) -%}
    cast(floor(epoch_us({{ moment }}) / (1000000.0 * ({{ seconds }}))) as bigint)
{%- endmacro %}

{% macro spark__time_slot(moment, seconds) -%}
    cast(floor(unix_micros(cast({{ moment }} as timestamp)) / (1000000.0 * ({{ seconds }}))) as bigint)
{%- endmacro %}
