{#
    An incremental table on Spark: what a run adds or replaces. What replaces rows is computed into
    a table of its own first, since a view of it would be read again when the old rows are gone.
    Deleting and inserting are two commits: a run killed between them does both again.
#}
{% materialization incremental, adapter="spark", supported_languages=['sql'] %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set strategy = config.get('incremental_strategy') or 'append' -%}
    {{ run_hooks(pre_hooks) }}
    {%- if not is_incremental() -%}
        {%- do spark_made_ready(target, existing, spark_columns_of(sql)) -%}
        {%- call statement('main') -%}
            insert overwrite {{ target }} {{ spark_typed(sql) }}
        {%- endcall -%}
    {%- else -%}
        {%- set made = this.incorporate(
            path={'identifier': this.identifier ~ '__dbt_tmp'}, type='table'
        ) -%}
        {%- do adapter.drop_relation(made) -%}
        {%- do spark_made_ready(made, none, spark_columns_of(sql)) -%}
        {%- call statement('fill') -%}
            insert overwrite {{ made }} {{ spark_typed(sql) }}
        {%- endcall -%}
        {%- do spark_take_new_columns(target, made) -%}
        {%- set columns = adapter.get_columns_in_relation(target) -%}
        {%- set arguments = {
            'target_relation': target, 'temp_relation': made, 'dest_columns': columns,
            'unique_key': config.get('unique_key'),
        } -%}
        {%- set statements = spark_incremental_statements(strategy, arguments) -%}
        {%- for one in statements[:-1] -%}
            {%- call statement('before_' ~ loop.index) -%}{{ one }}{%- endcall -%}
        {%- endfor -%}
        {%- call statement('main') -%}{{ statements[-1] }}{%- endcall -%}
        {%- do adapter.drop_relation(made) -%}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}

{# Gives the statements of an incremental strategy, each to be run by itself. #}
{% macro spark_incremental_statements(strategy, arguments) -%}
    {%- if strategy == 'replace_windows' -%}
        {#- neither statement holds a text of the data -#}
        {%- set text = get_incremental_replace_windows_sql(arguments) -%}
        {{ return(text.split(';') | map('trim') | select | list) }}
    {%- endif -%}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {%- set insert -%}
        insert into {{ arguments['target_relation'] }} ({{ columns }})
        select {{ columns }} from {{ arguments['temp_relation'] }}
    {%- endset -%}
    {%- if strategy == 'append' -%}{{ return([insert]) }}{%- endif -%}
    {%- if strategy != 'delete+insert' -%}
        {{ exceptions.raise_compiler_error(
            'Incremental strategy ' ~ strategy ~ ' is not made for Spark here: append, '
            ~ 'delete+insert and replace_windows are.'
        ) }}
    {%- endif -%}
    {%- set keys = arguments['unique_key'] -%}
    {%- set same = [] -%}
    {%- for key in ([keys] if keys is string else keys) -%}
        {%- do same.append('target.' ~ key ~ ' = other.' ~ key) -%}
    {%- endfor -%}
    {%- set delete = delete_matching(
        arguments['target_relation'], arguments['temp_relation'], same | join(' and ')
    ) -%}
    {{ return([delete | trim | trim(';'), insert]) }}
{%- endmacro %}

{#
    Gives a table the columns it lacks, empty, where its model says `append_new_columns`. Sail
    cannot alter a table: it is written anew.
#}
{% macro spark_take_new_columns(relation, made) -%}
    {%- set known = stored_columns(relation) -%}
    {%- set added = [] -%}
    {%- for column in adapter.get_columns_in_relation(made) if column.name not in known -%}
        {%- do added.append('cast(null as ' ~ column.dtype ~ ') as ' ~ column.name) -%}
    {%- endfor -%}
    {%- set change = config.get('on_schema_change') or 'ignore' -%}
    {%- if not added or change == 'ignore' -%}{{ return(none) }}{%- endif -%}
    {%- if change != 'append_new_columns' -%}
        {{ exceptions.raise_compiler_error(
            relation ~ ' has other columns than its model: run it with --full-refresh once.'
        ) }}
    {%- endif -%}
    {%- set kept = relation.incorporate(
        path={'identifier': relation.identifier ~ '__dbt_backup'}
    ) -%}
    {%- do adapter.drop_relation(kept) -%}
    {%- do run_query('create table ' ~ kept ~ ' using iceberg ' ~ spark_location(kept)
        ~ ' as select * from ' ~ relation) -%}
    {%- do adapter.drop_relation(relation) -%}
    {%- do run_query('create table ' ~ relation ~ ' using iceberg ' ~ spark_location(relation)
        ~ ' as select ' ~ (known + added) | join(', ') ~ ' from ' ~ kept) -%}
    {%- do adapter.drop_relation(kept) -%}
{%- endmacro %}
