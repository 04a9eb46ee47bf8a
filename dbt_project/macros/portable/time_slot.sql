{# Gives the number of the slot of so many seconds, counted from 1970, that a timestamp falls in. #}
{% macro time_slot(moment, seconds) -%}
    {{ return(adapter.dispatch('time_slot', 'sluice')(moment, seconds)) }}
{%- endmacro %}

{% macro default__time_slot(moment, seconds) -%}
    cast(floor(epoch_us({{ moment }}) / (1000000.0 * ({{ seconds }}))) as bigint)
{%- endmacro %}

{% macro spark__time_slot(moment, seconds) -%}
    {#- a quotient of decimals loses what is less than its last digit -#}
    cast(
        floor(
            cast(unix_micros(cast({{ moment }} as timestamp_ltz)) as double)
            / (1000000 * cast({{ seconds }} as double))
        ) as bigint
    )
{%- endmacro %}
