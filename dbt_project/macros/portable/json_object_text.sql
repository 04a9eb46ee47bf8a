{# Gives a row's values as the text of one JSON object; `pairs` is a list of [name, expression]. #}
{% macro json_object_text(pairs) -%}
    {{ return(adapter.dispatch('json_object_text', 'sluice')(pairs)) }}
{%- endmacro %}

{% macro default__json_object_text(pairs) -%}
    cast(json_object(
        {%- for name, expression in pairs %}
        '{{ name }}', {{ expression }}{{ "," if not loop.last }}
        {%- endfor %}
    ) as varchar)
{%- endmacro %}

{% macro spark__json_object_text(pairs) -%}
    {#- a field that is null is left out of to_json, and Sail has no option against it -#}
    concat(
        '{',
        {%- for name, expression in pairs %}
        {%- set field = "to_json(named_struct('" ~ name ~ "', " ~ expression ~ "))" %}
        coalesce(
            nullif(substring({{ field }}, 2, length({{ field }}) - 2), ''), '"{{ name }}":null'
        ),{{ " ','," if not loop.last }}
        {%- endfor %}
        '}'
    )
{%- endmacro %}
