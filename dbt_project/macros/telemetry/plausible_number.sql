{# Gives a number, or null where it is NaN or infinite: one such value would spoil every mean. #}
{% macro plausible_number(value) -%}
    case when {{ value }} between -1e15 and 1e15 then {{ value }} end
{%- endmacro %}
