{# Gives the timestamp a number of seconds after another, to the millisecond. #}
{% macro seconds_after(moment, seconds) -%}
    {{ return(adapter.dispatch('seconds_after', 'sluice')(moment, seconds)) }}
{%- endmacro %}

{% macro default__seconds_after(moment, seconds) -%}
    ({{ moment }} + to_milliseconds(cast(round(1000 * ({{ seconds }})) as bigint)))
{%- endmacro %}

{% macro spark__seconds_after(moment, seconds) -%}
    {#- what `timestampadd` takes is an int: milliseconds of 24 days -#}
    cast(
        timestamp_micros(
            unix_micros(cast({{ moment }} as timestamp))
            + 1000 * cast(round(1000 * ({{ seconds }})) as bigint)
        ) as timestamp_ntz
    )
{%- endmacro %}
