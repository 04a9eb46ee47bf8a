{# Gives the next timestamp there is: one microsecond later. #}
{% macro just_after(moment) -%}
    {{ return(adapter.dispatch('just_after', 'sluice')(moment)) }}
{%- endmacro %}

{% macro default__just_after(moment) -%}
    ({{ moment }} + to_microseconds(1))
{%- endmacro %}

{% macro spark__just_after(moment) -%}
    cast(timestampadd(microsecond, 1, cast({{ moment }} as timestamp)) as timestamp_ntz)
{%- endmacro %}
