{# Gives a group's texts, in the order of a key, joined by a separator. #}
{% macro ordered_text_agg(value, order_by, separator) -%}
    {{ return(adapter.dispatch('ordered_text_agg', 'sluice')(value, order_by, separator)) }}
{%- endmacro %}

{% macro default__ordered_text_agg(value, order_by, separator) -%}
    string_agg({{ value }}, '{{ separator }}' order by {{ order_by }}, {{ value }})
{%- endmacro %}

{% macro spark__ordered_text_agg(value, order_by, separator) -%}
    array_join(
        transform(
            array_sort(collect_list(struct({{ order_by }} as k, {{ value }} as x))), pair -> pair.x
        ), '{{ separator }}'
    )
{%- endmacro %}
