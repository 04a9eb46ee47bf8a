{#
    Gives the rows a run has to work on: all of them, or those that lie in a re-opened window of
    their machine. `opened_from` names the window. The bounds over all windows are written as
    literals because they let a scan skip files and row groups.
#}
{% macro reopened(relation, column, windows='int_telemetry__reopened_windows', days_before=0) -%}
    {%- set windows_relation = ref(windows) -%}
    {%- if telemetry_works_on_everything(windows_relation) -%}
        select
            source_rows.*,
            cast(null as timestamp) as opened_from
        from {{ relation }} as source_rows
    {%- else -%}
        {%- set bounds = reopened_bounds(windows_relation, days_before) -%}
        select
            source_rows.*,
            windows.opened_from
        from {{ relation }} as source_rows
        inner join {{ windows_relation }} as windows
            on
                source_rows.control_id = windows.control_id
                and source_rows.{{ column }} >= {{ reopened_start('windows.opened_from', days_before) }}
                and source_rows.{{ column }} < windows.opened_until
        where source_rows.{{ column }} >= {{ bounds[0] }} and source_rows.{{ column }} < {{ bounds[1] }}
    {%- endif -%}
{%- endmacro %}

{#
    Says whether a model reads all rows: an incremental model that is built for the first time, or
    a table of a run whose windows reach from the first to the last day of every machine.
#}
{% macro telemetry_works_on_everything(windows_relation) -%}
    {%- if not execute -%}{{ return(true) }}{%- endif -%}
    {%- if config.get('materialized') == 'incremental' -%}
        {{ return(not is_incremental()) }}
    {%- endif -%}
    {%- if load_relation(windows_relation) is none -%}{{ return(true) }}{%- endif -%}
    {%- set found = run_query('select bool_and(is_everything) from ' ~ windows_relation) -%}
    {{ return(found.rows[0][0] is true) }}
{%- endmacro %}

{# Gives the first and last moment of all re-opened windows as SQL literals. #}
{% macro reopened_bounds(windows_relation, days_before=0) -%}
    {%- if not execute -%}{{ return(['null', 'null']) }}{%- endif -%}
    {%- set found = run_query(
        'select cast(min(' ~ reopened_start('opened_from', days_before) ~ ') as '
        ~ dbt.type_string() ~ '), cast(max(opened_until) as ' ~ dbt.type_string() ~ ') from '
        ~ windows_relation
    ) -%}
    {%- set row = found.rows[0] -%}
    {{ return([
        "cast('" ~ row[0] ~ "' as timestamp)" if row[0] else 'cast(null as timestamp)',
        "cast('" ~ row[1] ~ "' as timestamp)" if row[1] else 'cast(null as timestamp)'
    ]) }}
{%- endmacro %}

{# Gives the start of a window, so many days earlier where a model needs the history before it. #}
{% macro reopened_start(opened_from, days_before) -%}
    {{ days_after(opened_from, -days_before) if days_before else opened_from }}
{%- endmacro %}
