{#
    Gives the condition that a person let a delivery pass: in this run (`accepted_loads`), or in an
    earlier one, of which the plugin knows from the journal.
#}
{% macro telemetry_is_let_pass(deliveries) -%}
    {%- if not execute -%}{{ return('false') }}{%- endif -%}
    {%- set loads = handed_over('loads_let_pass') or [] -%}
    {%- set named = var('accepted_loads', none) or [] -%}
    {%- if named is string -%}{%- set named = named.split(',') -%}{%- endif -%}
    {%- set quoted = [] -%}
    {%- for load in loads + (named | list) if (load | string) | trim -%}
        {%- do quoted.append("'" ~ dbt.escape_single_quotes((load | string) | trim) ~ "'") -%}
    {%- endfor -%}
    {{ return(deliveries ~ '.load_id in (' ~ quoted | join(', ') ~ ')' if quoted else 'false') }}
{%- endmacro %}

{#
    Gives the join and the condition by which rows stay that are not of a delivery which is held
    back. An outer join: for a `not exists`, DuckDB first takes the distinct keys of all rows.
#}
{% macro telemetry_not_held(delivered) -%}
    left join deliveries_held
        on
            {{ delivered }}.load_id = deliveries_held.load_id
            and {{ delivered }}.source = deliveries_held.source
    where deliveries_held.load_id is null
{%- endmacro %}
