{# Gives one row for each element of a JSON list in a text, as JSON text. #}
{% macro json_elements(value) -%}
    {{ return(adapter.dispatch('json_elements', 'sluice')(value)) }}
{%- endmacro %}

{% macro default__json_elements(value) -%}
    unnest(cast(cast({{ value }} as json) as json[]))
{%- endmacro %}

{% macro spark__json_elements(value) -%}
    explode(from_json({{ value }}, 'array<string>'))
{%- endmacro %}


{# Gives the text that a JSON text is, without its quotation marks. #}
{% macro json_plain(value) -%}
    {{ return(adapter.dispatch('json_plain', 'sluice')(value)) }}
{%- endmacro %}

{% macro default__json_plain(value) -%}
    json_extract_string({{ value }}, '$')
{%- endmacro %}

{% macro spark__json_plain(value) -%}
    {{ value }}
{%- endmacro %}
