{#
    Gives the rows a run has to work on: all of them, or in an incremental run those that lie in a
    re-opened window of their machine. `opened_from` names the window. The bounds over all windows
    are written as literals because they let a scan skip files and row groups.
#}
{% macro reopened(relation, column, windows='int_telemetry__reopened_windows', days_before=0) -%}
    {%- set windows_relation = ref(windows) -%}
    {%- if is_incremental() -%}
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
    {%- else -%}
        select
            source_rows.*,
            cast(null as timestamp) as opened_from
        from {{ relation }} as source_rows
    {%- endif -%}
{%- endmacro %}

{# Gives the first and last moment of all re-opened windows as SQL literals. #}
{% macro reopened_bounds(windows_relation, days_before=0) -%}
    {%- if not execute -%}{{ return(['null', 'null']) }}{%- endif -%}
    {%- set found = run_query(
        'select cast(min(' ~ reopened_start('opened_from', days_before) ~ ') as varchar), '
        ~ 'cast(max(opened_until) as varchar) from ' ~ windows_relation
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
