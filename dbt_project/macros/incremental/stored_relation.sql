{#
    Gives the table a model (`int_<product>__<what>`) left at its last run, or nothing when it never
    ran or everything is rebuilt. For reading state that a later model of the same graph writes:
    ref() would be a cycle.
#}
{% macro stored_relation(name) -%}
    {%- if not execute or flags.FULL_REFRESH -%}{{ return(none) }}{%- endif -%}
    {%- set product = name.split('__')[0].split('_', 1)[1] -%}
    {{ return(adapter.get_relation(
        database=this.database,
        schema=generate_schema_name(product ~ '_intermediate', none),
        identifier=name
    )) }}
{%- endmacro %}

{# Gives the names of the columns a stored table has: a lake of an older layout has fewer. #}
{% macro stored_columns(relation) -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {{ return(adapter.get_columns_in_relation(relation) | map(attribute='name') | list) }}
{%- endmacro %}
