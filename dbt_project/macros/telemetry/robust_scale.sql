{#
    Gives the spread a deviation is measured by: MAD as a standard deviation, but no less than a
    share of the median, a fixed amount, or what the sampling can tell apart: figures that hardly
    vary are not suspicious.
#}
{% macro robust_scale(mad, median_value, resolution, settings='metric_settings') -%}
    greatest(
        1.4826 * {{ mad }},
        {{ settings }}.relative_floor * abs({{ median_value }}),
        {{ settings }}.absolute_floor,
        {{ resolution }}
    )
{%- endmacro %}
