{# Says whether this run recomputes a slice of a product, named by hand, instead of new loads. #}
{% macro is_slice(product) -%}
    {%- if not execute -%}{{ return(false) }}{%- endif -%}
    {%- set given = [] -%}
    {%- for name in incremental_scope(product).slices if (var(name, none) or '') | string | trim -%}
        {%- do given.append(name) -%}
    {%- endfor -%}
    {{ return(given | length > 0) }}
{%- endmacro %}

{#
    Gives the ids of loads that no finished run has worked in; none (not a list) means: all of them.

    files: condition for the `files` that count
    processed: condition for what is noted of them in `processed` to hold still
#}
{% macro pending_loads(product, files='true', processed='true') -%}
    {%- set stored = stored_relation('int_' ~ product ~ '__loads_processed') -%}
    {%- if stored is none -%}{{ return(none) }}{%- endif -%}
    {%- set found = run_query(
        'select distinct files.load_id from ' ~ ref('stg_' ~ product ~ '__files') ~ ' as files'
        ~ ' where ' ~ files ~ ' and not exists (select 1 from ' ~ stored ~ ' as processed'
        ~ ' where processed.load_id = files.load_id and ' ~ processed ~ ') order by 1'
    ) -%}
    {{ return(found.columns[0].values() | list) }}
{%- endmacro %}

{#
    Gives the condition for rows of pending loads; `everything` is the condition of a run for which
    these are all loads there are.
#}
{% macro is_pending(loads, load_column='load_id', everything='true') -%}
    {%- if loads is none -%}{{ return(everything) }}{%- endif -%}
    {%- if not loads -%}{{ return('false') }}{%- endif -%}
    {%- set quoted = [] -%}
    {%- for load in loads -%}
        {%- do quoted.append("'" ~ dbt.escape_single_quotes(load) ~ "'") -%}
    {%- endfor -%}
    {{ return(load_column ~ ' in (' ~ quoted | join(', ') ~ ')') }}
{%- endmacro %}

{#
    Gives a text that changes when a rule changes: an edited model, macro, seed or variable
    re-opens everything, so that an incremental result never mixes two sets of rules.
#}
{% macro settings_hash(product) -%}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- set scope = incremental_scope(product) -%}
    {%- set parts = [scope.rules] -%}
    {%- for name in scope.variables -%}
        {%- do parts.append(name ~ '=' ~ var(name, '')) -%}
    {%- endfor -%}
    {{ return(local_md5(parts | join('|'))) }}
{%- endmacro %}

{#
    Says whether this run did all the work that a load asks for: a slice, or a selection that left
    a model of the chain out, must not mark loads as done.
#}
{% macro is_whole_run(product) -%}
    {%- if not execute -%}{{ return(true) }}{%- endif -%}
    {%- set missing = [] -%}
    {#- on Spark a run is several calls of dbt -#}
    {%- set selected = handed_over('selected_resources') or selected_resources -%}
    {%- for unique_id in incremental_scope(product).stored if unique_id not in selected -%}
        {%- do missing.append(unique_id) -%}
    {%- endfor -%}
    {{ return(not missing and not is_slice(product)) }}
{%- endmacro %}
