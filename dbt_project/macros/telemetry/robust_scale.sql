{#
    Gives the spread a deviation is measured by: MAD as a standard deviation, but no less than a
    share of the median or a fixed amount, since figures that hardly vary are not suspicious.
#}
{% macro robust_scale(centre, spread, settings='metric_settings') -%}
    greatest(
        1.4826 * {{ spread }}.mad,
        {{ settings }}.relative_floor * abs({{ centre }}.median_value),
        {{ settings }}.absolute_floor
    )
{%- endmacro %}
