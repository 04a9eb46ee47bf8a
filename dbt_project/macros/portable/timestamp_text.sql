{# Gives a timestamp as text to the second, `2026-01-05 07:10:00`. #}
{% macro timestamp_text(value) -%}
    substring(cast({{ value }} as {{ dbt.type_string() }}), 1, 19)
{%- endmacro %}
