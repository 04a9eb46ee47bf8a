{# Says whether this run recomputes a slice (days or machines named by hand) instead of new loads. #}
{% macro telemetry_is_slice() -%}
    {{ return((var('from_date', none) or var('to_date', none) or var('controls', none)) is not none) }}
{%- endmacro %}

{# Gives the condition for the readings of the slice; `controls` is a comma separated list. #}
{% macro telemetry_slice_condition(column, control_column='control_id') -%}
    {{ return(in_slice({'from_date': column, 'to_date': column, 'controls': control_column})) }}
{%- endmacro %}

{# Gives the ids of loads that no finished run has worked in; none (not a list) means: all of them. #}
{% macro telemetry_pending_loads() -%}
    {%- set processed = stored_relation('int_telemetry__loads_processed') -%}
    {%- if processed is none -%}{{ return(none) }}{%- endif -%}
    {%- set found = run_query(
        'select distinct files.load_id from ' ~ ref('stg_telemetry__files') ~ ' as files'
        ~ ' where not coalesce(files.is_held, false) and not exists (select 1 from ' ~ processed
        ~ ' as processed where processed.load_id = files.load_id and processed.source = files.source)'
        ~ ' order by 1'
    ) -%}
    {{ return(found.columns[0].values() | list) }}
{%- endmacro %}

{#
    Gives the condition for loads that no finished run has worked in; `everything` is the condition
    of a run for which these are all loads there are.
#}
{% macro telemetry_is_pending(load_column='load_id', everything='true') -%}
    {%- set loads = telemetry_pending_loads() -%}
    {%- if loads is none -%}{{ return(everything) }}{%- endif -%}
    {%- if not loads -%}{{ return('false') }}{%- endif -%}
    {%- set quoted = [] -%}
    {%- for load in loads -%}
        {%- do quoted.append("'" ~ dbt.escape_single_quotes(load) ~ "'") -%}
    {%- endfor -%}
    {{ return(load_column ~ ' in (' ~ quoted | join(', ') ~ ')') }}
{%- endmacro %}

{# Gives the condition for the readings that make this run work: of its slice or of new loads. #}
{% macro telemetry_is_touched(column='reading_at', load_column='load_id') -%}
    {%- if telemetry_is_slice() -%}
        {{ return(telemetry_slice_condition(column)) }}
    {%- endif -%}
    {{ return(telemetry_is_pending(load_column)) }}
{%- endmacro %}

{# Gives a text that changes when a rule changes: it re-opens every window of every machine. #}
{% macro telemetry_settings_hash() -%}
    {{ return(incremental_rules_hash('telemetry')) }}
{%- endmacro %}

{#
    Says whether this run did all the work that a load asks for: a slice, or a selection that left
    a model of the chain out, must not mark loads as done.
#}
{% macro telemetry_is_whole_run() -%}
    {{ return(incremental_is_whole_run('telemetry') and not telemetry_is_slice()) }}
{%- endmacro %}
