{# Gives the moment in the middle between two timestamps. #}
{% macro halfway(earlier, later) -%}
    {{ seconds_after(earlier, seconds_between(earlier, later) ~ ' / 2') }}
{%- endmacro %}
