{# Deletes the rows of a table that match a row of another one on a condition. #}
{% macro delete_matching(target, other, condition) -%}
    {{ return(adapter.dispatch('delete_matching', 'sluice')(target, other, condition)) }}
{%- endmacro %}

{% macro default__delete_matching(target, other, condition) -%}
    delete from {{ target }} as target using {{ other }} as other where {{ condition }};
{%- endmacro %}

{% macro spark__delete_matching(target, other, condition) -%}
    delete from {{ target }} as target
    where exists (select 1 from {{ other }} as other where {{ condition }});
{%- endmacro %}
