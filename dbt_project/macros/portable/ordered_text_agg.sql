{# Gives a group's texts, in the order of a key, joined by a separator. #}
{% macro ordered_text_agg(value, order_by, separator) -%}
    {{ return(adapter.dispatch('ordered_text_agg', 'sluice')(value, order_by, separator)) }}
{%- endmacro %}

{% macro default__ordered_text_agg(value, order_by, separator) -%}
    {#- string_agg with an order takes three times as long -#}
    array_to_string(
        list_transform(
            list_sort(
                list(struct_pack(k := {{ order_by }}, x := {{ value }}))
                filter (where {{ value }} is not null)
            ), lambda pair: pair.x
        ), '{{ separator }}'
    )
{%- endmacro %}

{% macro spark__ordered_text_agg(value, order_by, separator) -%}
    {#- Sail tells two of one select apart by the names of their fields alone -#}
    {%- set x = 'x_' ~ local_md5(value ~ order_by)[:8] -%}
    case when count({{ value }}) > 0 then array_join(
        transform(
            array_sort(
                collect_list(struct(({{ order_by }}) is null as n, {{ order_by }} as k, {{ value }} as {{ x }}))
                filter (where {{ value }} is not null)
            ), pair -> pair.{{ x }}
        ), '{{ separator }}'
    ) end
{%- endmacro %}
