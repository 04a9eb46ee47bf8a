{#
    Gives the hint after `as` that a CTE is computed at each place that reads it, with the filters
    of that place. DuckDB writes a CTE that is read more than once down first, all of it. Not for
    views: their text is stored without the hint.
#}
{% macro inlined() -%}
    {{ return(adapter.dispatch('inlined', 'sluice')()) }}
{%- endmacro %}

{% macro default__inlined() -%}
{%- endmacro %}

{% macro duckdb__inlined() -%}
    not materialized
{%- endmacro %}
