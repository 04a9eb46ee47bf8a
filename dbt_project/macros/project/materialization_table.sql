{#
    A table is replaced in one statement. dbt-duckdb builds it under another name, renames twice and
    drops the old one, in transactions of their own: half the time of a model of a few rows, and a
    build killed between two of them leaves no table. What these tables have beside their columns
    (indexes, grants, comments, partitions) is nothing; readers' copies get their comments when
    they are written.
#}
{% materialization table, adapter="duckdb", supported_languages=['sql', 'python'] %}
    {%- set language = model['language'] -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% if existing is not none and not existing.is_table %}
        {{ drop_relation_if_exists(existing) }}
    {% endif %}
    {% call statement('main', language=language) -%}
        {%- if language == 'python' -%}
            {{ replace_python_table(target, compiled_code) }}
        {%- else -%}
            {{ replace_sql_table(target, compiled_code) }}
        {%- endif -%}
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{#
    Replaces a table with the rows of a query. One with a contract gets the contract's columns first,
    beside the old one where the query reads that: a run that is restricted keeps the rows it had.
#}
{% macro replace_sql_table(relation, query) -%}
    {%- if not config.get('contract').enforced -%}
        create or replace table {{ relation }} as ({{ query }});
    {%- else -%}
        {%- set reads_itself = (relation | string) in query -%}
        {%- set filled = make_intermediate_relation(relation) if reads_itself else relation -%}
        {{ get_assert_columns_equivalent(query) }}
        create or replace table {{ filled }} {{ get_table_columns_and_constraints() }};
        insert into {{ filled }} {{ get_column_names() }} ({{ get_select_subquery(query) }});
        {%- if reads_itself %}
        drop table {{ relation }};
        alter table {{ filled }} rename to {{ adapter.quote(relation.identifier) }};
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Gives a Python model with the function dbt-duckdb calls to store what it returned. #}
{% macro replace_python_table(relation, code) -%}
{{ code }}

def materialize(df, con):
    name = '__dbt_python_model_df_{{ relation.identifier }}'
    con.register(name, df)
    con.execute('create or replace table {{ relation }} as select * from ' + name)
    con.unregister(name)
{%- endmacro %}
