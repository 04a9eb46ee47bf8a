{#
    Gives the table a model left at its last run, or nothing when it never ran or everything is
    rebuilt. For reading state that a later model of the same graph writes: ref() would be a cycle.
#}
{% macro stored_relation(name, schema='telemetry_intermediate') -%}
    {%- if not execute or flags.FULL_REFRESH -%}{{ return(none) }}{%- endif -%}
    {{ return(adapter.get_relation(
        database=this.database, schema=generate_schema_name(schema, none), identifier=name
    )) }}
{%- endmacro %}

{# Gives the names of the columns a stored table has: a lake of an older layout has fewer. #}
{% macro stored_columns(relation) -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {{ return(adapter.get_columns_in_relation(relation) | map(attribute='name') | list) }}
{%- endmacro %}
