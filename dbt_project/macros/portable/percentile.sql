{#
    Gives the value below which a share of a group's values lies, between two of them on a straight
    line: the same double on all engines. Of values with six digits half lie in the middle of two
    numbers of six digits, and Sail's own functions (`lower + (upper - lower) * part`) then differ
    in the bit that decides which way they are rounded.
#}
{% macro percentile(value, share) -%}
    {{ return(adapter.dispatch('percentile', 'sluice')(value, share)) }}
{%- endmacro %}

{% macro default__percentile(value, share) -%}
    percentile_cont({{ share }}) within group (order by {{ value }})
{%- endmacro %}

{% macro spark__percentile(value, share) -%}
    {%- set place = '((count(' ~ value ~ ') - 1) * cast(' ~ share ~ ' as double))' -%}
    {%- set part = '(' ~ place ~ ' - floor(' ~ place ~ '))' -%}
    {%- set sorted = 'sort_array(collect_list(cast(' ~ value ~ ' as double)))' -%}
    case
        when count({{ value }}) > 0
            then
                element_at({{ sorted }}, cast(floor({{ place }}) as int) + 1) * (1 - {{ part }})
                + element_at({{ sorted }}, cast(ceil({{ place }}) as int) + 1) * {{ part }}
    end
{%- endmacro %}


{# Gives the middle one of a group's values, or what lies half way between the two. #}
{% macro median(value) -%}
    {{ return(adapter.dispatch('median', 'sluice')(value)) }}
{%- endmacro %}

{% macro default__median(value) -%}
    median({{ value }})
{%- endmacro %}

{% macro spark__median(value) -%}
    {{ return(spark__percentile(value, 0.5)) }}
{%- endmacro %}
