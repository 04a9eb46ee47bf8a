{#
    Gives the condition for the rows that a run is restricted to, `true` where it is not.

    columns: {dbt variable: column}; from_date and to_date are the first and last day, any other
    variable is a list of values, separated by commas.
#}
{% macro in_slice(columns) -%}
    {%- set conditions = [] -%}
    {%- for name, column in columns.items() -%}
        {%- set given = var(name, none) -%}
        {%- set day = "cast('" ~ dbt.escape_single_quotes((given or '') | string) ~ "' as timestamp)" -%}
        {%- if given and name == 'from_date' -%}
            {%- do conditions.append(column ~ ' >= ' ~ day) -%}
        {%- elif given and name == 'to_date' -%}
            {%- do conditions.append(column ~ ' < ' ~ days_after(day, 1)) -%}
        {%- elif given -%}
            {%- do conditions.append(column ~ ' in (' ~ listed_variable(name) | join(', ') ~ ')') -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(conditions | join(' and ') or 'true') }}
{%- endmacro %}

{#
    Gives the rows that a table has beyond the slice of a run, to be joined to those the run makes
    anew; nothing when the run is not restricted, or never made the table before.
#}
{% macro kept_beyond_slice(columns) -%}
    {%- set chosen = in_slice(columns) -%}
    {%- if execute and chosen != 'true' and not flags.FULL_REFRESH and load_relation(this) -%}
        union all
        select * from {{ this }} where not coalesce({{ chosen }}, false)
    {%- endif -%}
{%- endmacro %}
