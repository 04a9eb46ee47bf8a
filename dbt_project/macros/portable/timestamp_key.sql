{# Gives a timestamp as a short text that sorts like it, to the microsecond: 20260131T235959.123456. #}
{% macro timestamp_key(moment) -%}
    {{ return(adapter.dispatch('timestamp_key', 'sluice')(moment)) }}
{%- endmacro %}

{% macro default__timestamp_key(moment) -%}
    strftime({{ moment }}, '%Y%m%dT%H%M%S.%f')
{%- endmacro %}

{% macro spark__timestamp_key(moment) -%}
    date_format({{ moment }}, "yyyyMMdd'T'HHmmss.SSSSSS")
{%- endmacro %}
