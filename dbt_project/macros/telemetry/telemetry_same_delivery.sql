{# Gives the condition that the rows of two relations were delivered by one file of one load. #}
{% macro telemetry_same_delivery(left_rows, right_rows) -%}
    {{ left_rows }}.load_id = {{ right_rows }}.load_id
    and {{ left_rows }}.source_file = {{ right_rows }}.source_file
    and {{ left_rows }}.source = {{ right_rows }}.source
{%- endmacro %}
