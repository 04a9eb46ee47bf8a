{# Loads a seed from its file, as dbt-duckdb does, in whatever folder the project lies. #}
{% macro duckdb__load_csv_rows(model, agate_table) -%}
    {%- set sql -%}
        copy {{ this.render() }}
        from '{{ dbt.escape_single_quotes(adapter.get_seed_file_path(model)) }}'
        (format csv, header true, delimiter '{{ config.get('delimiter', ',') }}')
    {%- endset -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{%- endmacro %}
