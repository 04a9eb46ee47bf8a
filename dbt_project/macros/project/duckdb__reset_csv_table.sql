{# Empties a seed's table before its rows are loaded again; one of other columns is made anew. #}
{% macro duckdb__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
    {%- set is_other = stored_columns(old_relation) != agate_table.column_names | list -%}
    {{ return(default__reset_csv_table(model, full_refresh or is_other, old_relation, agate_table)) }}
{% endmacro %}
