{#
    A table that is there gets new rows in place, in one commit: a release pins its snapshots. One
    whose columns are others is made anew, but for what a release reads.
#}
{% materialization table, adapter="spark", supported_languages=['sql'] %}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- do spark_made_ready(target, load_cached_relation(this), spark_columns_of(sql)) -%}
    {%- call statement('main') -%}
        insert overwrite {{ target }} {{ spark_typed(sql) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}

{#
    Makes a table that is not there, or has other columns. Made from its query at once, an array's
    elements would get numbers in Sail's files that the table's metadata do not have, and a column
    that happens to be never null could never be.
#}
{% macro spark_made_ready(relation, existing, columns) -%}
    {%- if existing is not none and spark_columns(existing) != columns -%}
        {%- if model.fqn[2] == 'marts' -%}
            {{ exceptions.raise_compiler_error(
                relation ~ ' has other columns than its model. Releases read this table: add its '
                ~ 'new columns through the catalog, or move it aside there, before the model runs.'
            ) }}
        {%- endif -%}
        {%- do adapter.drop_relation(existing) -%}
        {%- set existing = none -%}
    {%- endif -%}
    {%- if existing is none -%}
        {%- call statement('create') -%}
            create table {{ relation }} ({{ columns | join(', ') }})
            using iceberg {{ spark_location(relation) }}
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}

{# Gives the columns of a table, each its name and type. #}
{% macro spark_columns(relation) -%}
    {%- set found = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do found.append(adapter.quote(column.name) ~ ' ' ~ column.dtype) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#
    Gives the columns a model's table has: those of its contract, in their order, or of its query.
    Spark has other widths of integers and decimals than DuckDB, and one name for all texts.
#}
{% macro spark_columns_of(query) -%}
    {%- set found = [] -%}
    {%- if config.get('contract').enforced -%}
        {%- for column in model.columns.values() -%}
            {%- do found.append(adapter.quote(column.name) ~ ' ' ~ type_name(column.data_type)) -%}
        {%- endfor -%}
    {%- else -%}
        {%- for column in adapter.get_column_schema_from_query(query) -%}
            {%- do found.append(adapter.quote(column.name) ~ ' ' ~ type_name(column.dtype)) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{# Gives a query whose columns have the types of the model's table: Sail inserts no others. #}
{% macro spark_typed(query) -%}
    {%- set typed = [] -%}
    {%- for column in spark_columns_of(query) -%}
        {%- set name, type = column.split(' ', 1) -%}
        {%- do typed.append('cast(' ~ name ~ ' as ' ~ type ~ ') as ' ~ name) -%}
    {%- endfor -%}
    {{ return('select ' ~ typed | join(', ') ~ ' from (' ~ query ~ ') as made') }}
{%- endmacro %}
