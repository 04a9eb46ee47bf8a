{#
    Gives what a namespace of the catalog holds. dbt-spark asks for each table's description, or
    with a statement that Iceberg catalogs refuse; there is nothing but Iceberg tables in ours.
#}
{% macro spark__list_relations_without_caching(relation) -%}
    {%- set found = [] -%}
    {%- set there = run_query('show databases').columns[0].values() -%}
    {%- for row in (run_query('show tables in ' ~ relation.schema) if relation.schema in there else []) -%}
        {%- do found.append([row[0], row[1], false, 'Provider: iceberg']) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# Drops a table; its files stay for the releases that read them, and for the sweeper. #}
{% macro spark__drop_relation(relation) -%}
    {%- call statement('drop_relation') -%}
        drop table if exists {{ relation }}
    {%- endcall -%}
{%- endmacro %}

{#
    Says where the files of a table that is made now lie: below its namespace, in a folder of its
    own, since what an earlier table of that name wrote may be read by a release.
#}
{% macro spark_location(relation) -%}
    {%- set root = env_var('SLUICE_WAREHOUSE', '') or 'file://' ~ env_var('SLUICE_LAKE', '') ~ '/warehouse' -%}
    {%- set moment = modules.datetime.datetime.now(modules.pytz.utc) -%}
    location '{{ root }}/{{ relation.schema }}/{{ relation.identifier }}-{{ moment.strftime('%Y%m%d%H%M%S%f') }}'
{%- endmacro %}
