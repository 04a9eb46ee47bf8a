{# Gives one row for each integer of a closed range; stands alone as a column of a select list. #}
{% macro each_integer(first, last) -%}
    {{ return(adapter.dispatch('each_integer', 'sluice')(first, last)) }}
{%- endmacro %}

{% macro default__each_integer(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}))
{%- endmacro %}

{% macro spark__each_integer(first, last) -%}
    explode(sequence({{ first }}, {{ last }}))
{%- endmacro %}
