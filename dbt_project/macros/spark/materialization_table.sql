{#
    A table that is there gets new rows in place, in one commit: a release pins its snapshots. One
    whose columns are others is made anew, but for what a release reads.
#}
{% materialization table, adapter="spark", supported_languages=['sql'] %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%}
        {{ spark_replaced_table(target, existing, spark_typed(sql)) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}

{# Gives the statement that fills a table, and drops the table before it when that has to be. #}
{% macro spark_replaced_table(relation, existing, query) -%}
    {%- set is_there = existing is not none -%}
    {%- if is_there and spark_columns(existing) != spark_columns_of(query) -%}
        {%- if model.fqn[2] == 'marts' -%}
            {{ exceptions.raise_compiler_error(
                relation ~ ' has other columns than its model. Releases read this table: add its '
                ~ 'new columns through the catalog, or move it aside there, before the model runs.'
            ) }}
        {%- endif -%}
        {%- do adapter.drop_relation(existing) -%}
        {%- set is_there = false -%}
    {%- endif -%}
    {%- if is_there -%}
        insert overwrite {{ relation }} {{ query }}
    {%- else -%}
        create table {{ relation }} using iceberg {{ spark_location(relation) }} as {{ query }}
    {%- endif -%}
{%- endmacro %}

{# Gives the columns of a table as pairs of name and type. #}
{% macro spark_columns(relation) -%}
    {%- set found = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do found.append(column.name ~ ' ' ~ column.dtype) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# Gives the columns of a query as pairs of name and type. #}
{% macro spark_columns_of(query) -%}
    {%- set found = [] -%}
    {%- for column in adapter.get_column_schema_from_query(query) -%}
        {%- do found.append(column.name ~ ' ' ~ column.dtype) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#
    Gives a query with the columns of the model's contract, in its order and types. Spark has other
    widths of integers and decimals than DuckDB, and one name for texts of any length.
#}
{% macro spark_typed(query) -%}
    {%- if not config.get('contract').enforced -%}{{ return(query) }}{%- endif -%}
    {%- set typed = [] -%}
    {%- for column in model.columns.values() -%}
        {%- do typed.append(
            'cast(' ~ column.name ~ ' as ' ~ spark_type(column.data_type) ~ ') as ' ~ column.name
        ) -%}
    {%- endfor -%}
    {{ return('select ' ~ typed | join(', ') ~ ' from (' ~ query ~ ') as made') }}
{%- endmacro %}

{# Gives Spark's name of a type that a contract names as DuckDB does. #}
{% macro spark_type(name) -%}
    {%- set plain = name | lower | trim -%}
    {%- if plain.endswith('[]') -%}{{ return('array<' ~ spark_type(plain[:-2]) ~ '>') }}{%- endif -%}
    {{ return({
        'varchar': 'string', 'text': 'string', 'integer': 'int', 'hugeint': 'decimal(38,0)',
        'timestamp': 'timestamp_ntz', 'timestamptz': 'timestamp',
        'timestamp with time zone': 'timestamp', 'blob': 'binary', 'json': 'string',
    }.get(plain, plain)) }}
{%- endmacro %}
