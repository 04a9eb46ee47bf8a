{# Gives a hash of a group's texts that does not depend on the order of its rows. #}
{% macro text_set_hash(column) -%}
    {{ dbt.hash(ordered_text_agg(column, column, ',')) }}
{%- endmacro %}
