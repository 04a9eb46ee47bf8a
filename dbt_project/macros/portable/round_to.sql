{# A double rounded to some digits after the point: multiplied, rounded to a whole number, divided.

    Where it lies in the middle of two numbers (the mean of two with six digits, to six) the
    product decides. Apache Spark's own `round` takes the shortest text of the double instead, and
    one in two of them comes out higher by the last digit.

    Args:
        value: SQL expression; or what stands in a call block.
        digits: how many.
#}
{% macro round_to(value=none, digits=6) -%}
    {%- set value = caller() | trim if value is none else value -%}
    {{ return(adapter.dispatch('round_to', 'sluice')(value, digits)) }}
{%- endmacro %}

{% macro duckdb__round_to(value, digits) -%}
    round({{ value }}, {{ digits }})
{%- endmacro %}

{% macro spark__round_to(value, digits) -%}
    (round(({{ value }}) * 1e{{ digits }}) / 1e{{ digits }})
{%- endmacro %}
