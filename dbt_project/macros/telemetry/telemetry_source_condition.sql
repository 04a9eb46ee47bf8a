{#
    Gives the condition for rows of sources of one kind, their names written as literals: a scan
    that knows them skips all others, where a join would read every reading first.
#}
{% macro telemetry_source_condition(kind, column) -%}
    {%- set sources = ref('int_telemetry__sources_declared') -%}
    {%- if not execute or load_relation(sources) is none -%}{{ return('true') }}{%- endif -%}
    {%- set found = run_query(
        'select source from ' ~ sources ~ " where kind = '" ~ kind ~ "' order by 1"
    ) -%}
    {%- set names = [] -%}
    {%- for name in found.columns[0].values() -%}
        {%- do names.append("'" ~ dbt.escape_single_quotes(name) ~ "'") -%}
    {%- endfor -%}
    {{ return(column ~ ' in (' ~ names | join(', ') ~ ')' if names else 'false') }}
{%- endmacro %}
