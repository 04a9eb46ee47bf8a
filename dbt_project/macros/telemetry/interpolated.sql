{# Gives the value at a point on the line between two known ones; at the ends, the nearest known one. #}
{% macro interpolated(value_before, value_after, point_before, point_after, point) -%}
    case
        when {{ value_before }} is null then {{ value_after }}
        when {{ value_after }} is null or {{ point_after }} = {{ point_before }} then {{ value_before }}
        else
            {{ value_before }}
            + ({{ value_after }} - {{ value_before }})
            * ({{ point }} - {{ point_before }}) / cast({{ point_after }} - {{ point_before }} as double)
    end
{%- endmacro %}
