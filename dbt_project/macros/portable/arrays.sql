{# Gives the first elements of an array. #}
{% macro array_head(value, count) -%}
    {{ return(adapter.dispatch('array_head', 'sluice')(value, count)) }}
{%- endmacro %}

{% macro default__array_head(value, count) -%}
    list_slice({{ value }}, 1, {{ count }})
{%- endmacro %}

{% macro spark__array_head(value, count) -%}
    slice({{ value }}, 1, {{ count }})
{%- endmacro %}


{# Gives one row for each element of an array. #}
{% macro array_elements(value) -%}
    {{ return(adapter.dispatch('array_elements', 'sluice')(value)) }}
{%- endmacro %}

{% macro default__array_elements(value) -%}
    unnest({{ value }})
{%- endmacro %}

{% macro spark__array_elements(value) -%}
    explode({{ value }})
{%- endmacro %}


{# Gives an array of strings without elements. #}
{% macro empty_string_array() -%}
    {{ return(adapter.dispatch('empty_string_array', 'sluice')()) }}
{%- endmacro %}

{% macro default__empty_string_array() -%}
    cast([] as varchar[])
{%- endmacro %}

{% macro spark__empty_string_array() -%}
    cast(array() as array<string>)
{%- endmacro %}
