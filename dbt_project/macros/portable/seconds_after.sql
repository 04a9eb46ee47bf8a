{# Gives the timestamp a number of seconds after another, to the millisecond. #}
{% macro seconds_after(moment, seconds) -%}
    {{ return(adapter.dispatch('seconds_after', 'sluice')(moment, seconds)) }}
{%- endmacro %}

{% macro default__seconds_after(moment, seconds) -%}
    ({{ moment }} + to_milliseconds(cast(round(1000 * ({{ seconds }})) as bigint)))
{%- endmacro %}

{% macro spark__seconds_after(moment, seconds) -%}
    cast(
        timestampadd(
            millisecond, cast(round(1000 * ({{ seconds }})) as int), cast({{ moment }} as timestamp)
        ) as timestamp_ntz
    )
{%- endmacro %}
