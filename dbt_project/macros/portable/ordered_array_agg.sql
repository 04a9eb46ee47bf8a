{# Gives the array of a group's values in the order of a key (nulls of the value left out). #}
{% macro ordered_array_agg(value, order_by) -%}
    {{ return(adapter.dispatch('ordered_array_agg', 'sluice')(value, order_by)) }}
{%- endmacro %}

{% macro default__ordered_array_agg(value, order_by) -%}
    array_agg({{ value }} order by {{ order_by }}, {{ value }}) filter (where {{ value }} is not null)
{%- endmacro %}

{% macro spark__ordered_array_agg(value, order_by) -%}
    {#- Sail tells two of one select apart by the names of their fields alone; Apache Spark
        sorts a key that is null first -#}
    {%- set x = 'x_' ~ local_md5(value ~ order_by)[:8] -%}
    {#- without one value it is null, and not an array of none -#}
    case when count({{ value }}) > 0 then transform(
        array_sort(
            collect_list(struct(({{ order_by }}) is null as n, {{ order_by }} as k, {{ value }} as {{ x }}))
            filter (where {{ value }} is not null)
        ),
        pair -> pair.{{ x }}
    ) end
{%- endmacro %}
