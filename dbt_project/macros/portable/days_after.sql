{# Gives the timestamp a whole number of days after another. #}
{% macro days_after(moment, days) -%}
    {{ return(adapter.dispatch('days_after', 'sluice')(moment, days)) }}
{%- endmacro %}

{% macro default__days_after(moment, days) -%}
    ({{ moment }} + to_days({{ days }}))
{%- endmacro %}

{% macro spark__days_after(moment, days) -%}
    cast(timestampadd(day, {{ days }}, cast({{ moment }} as timestamp)) as timestamp_ntz)
{%- endmacro %}
