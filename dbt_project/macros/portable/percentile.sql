{#
    Gives the value below which a share of a group's values lies, between two of them on a straight
    line. Sail's `percentile_cont` is off in the eighth digit, its `percentile` is not.
#}
{% macro percentile(value, share) -%}
    {{ return(adapter.dispatch('percentile', 'sluice')(value, share)) }}
{%- endmacro %}

{% macro default__percentile(value, share) -%}
    percentile_cont({{ share }}) within group (order by {{ value }})
{%- endmacro %}

{% macro spark__percentile(value, share) -%}
    percentile({{ value }}, {{ share }})
{%- endmacro %}
