{#
    Gives what Python found out before a run, by name: `incremental_scope`, `loads_let_pass`, or
    `selected_resources`, the nodes of the whole run where it is several calls of dbt. On DuckDB
    the plugin of dbt-duckdb sets a variable of the connection, on Spark whoever calls dbt sets one
    of the environment (SLUICE_INCREMENTAL_SCOPE, ...), as JSON; none where nobody did.
#}
{% macro handed_over(name) -%}
    {{ return(adapter.dispatch('handed_over', 'sluice')(name)) }}
{%- endmacro %}

{% macro default__handed_over(name) -%}
    {%- set found = run_query("select to_json(getvariable('" ~ name ~ "')) as value") -%}
    {%- set value = fromjson(found.rows[0][0] or 'null') -%}
    {{ return(fromjson(value) if value is string else value) }}
{%- endmacro %}

{% macro spark__handed_over(name) -%}
    {{ return(fromjson(env_var('SLUICE_' ~ name | upper, 'null'))) }}
{%- endmacro %}
