{#
    Gives the materialization of a model that is a view on DuckDB. Catalogs of Iceberg tables need
    not know views: on Spark its text goes into the models that read it. With `kept` it is a table
    there, for what is released or read by more than two models.
#}
{% macro as_view(kept=false) -%}
    {{ return(adapter.dispatch('as_view', 'sluice')(kept)) }}
{%- endmacro %}

{% macro default__as_view(kept) -%}
    {{ return('view') }}
{%- endmacro %}

{% macro spark__as_view(kept) -%}
    {{ return('table' if kept else 'ephemeral') }}
{%- endmacro %}
