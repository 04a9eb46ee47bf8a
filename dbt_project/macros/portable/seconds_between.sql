{# Gives the seconds from one timestamp to another as a double, microseconds included. #}
{% macro seconds_between(earlier, later) -%}
    {{ return(adapter.dispatch('seconds_between', 'sluice')(earlier, later)) }}
{%- endmacro %}

{% macro default__seconds_between(earlier, later) -%}
    ((epoch_us({{ later }}) - epoch_us({{ earlier }})) / 1000000.0)
{%- endmacro %}

{% macro spark__seconds_between(earlier, later) -%}
    {#- Sail has no difference in microseconds -#}
    (
        cast(
            unix_micros(cast({{ later }} as timestamp_ltz))
            - unix_micros(cast({{ earlier }} as timestamp_ltz))
            as double
        ) / 1000000
    )
{%- endmacro %}
