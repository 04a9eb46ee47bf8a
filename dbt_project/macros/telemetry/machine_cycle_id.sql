{# Gives a source's cycle id in the form that no other machine's cycle can have. #}
{% macro machine_cycle_id(control_id, cycle_id) -%}
    case
        when left({{ cycle_id }}, length({{ control_id }}) + 1) = {{ control_id }} || '/' then {{ cycle_id }}
        else {{ control_id }} || '/' || {{ cycle_id }}
    end
{%- endmacro %}
