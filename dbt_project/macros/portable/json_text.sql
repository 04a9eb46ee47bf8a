{# Gives the text a JSON object has under a name; null where it has none. #}
{% macro json_text(object, name) -%}
    {{ return(adapter.dispatch('json_text', 'sluice')(object, name)) }}
{%- endmacro %}

{% macro default__json_text(object, name) -%}
    json_extract_string({{ object }}, '$.{{ name }}')
{%- endmacro %}

{% macro spark__json_text(object, name) -%}
    get_json_object({{ object }}, '$.{{ name }}')
{%- endmacro %}
