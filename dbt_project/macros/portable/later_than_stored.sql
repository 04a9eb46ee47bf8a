{#
    Gives this moment, or the one just after the newest that the table of this model holds: a
    machine's clock may go back, and what is written last has to be the newest all the same.
#}
{% macro later_than_stored(column) -%}
    {%- set now = 'cast(' ~ dbt.current_timestamp() ~ ' as timestamp)' -%}
    {%- if not is_incremental() -%}{{ return(now) }}{%- endif -%}
    {%- set newest = 'coalesce(max(stored.' ~ column ~ '), ' ~ now ~ ')' -%}
    {{ return(
        'greatest(' ~ now ~ ', (select ' ~ just_after(newest) ~ ' from ' ~ this ~ ' as stored))'
    ) }}
{%- endmacro %}
