{#
    Gives the statements of the incremental strategy `replace_windows`: the rows of the re-opened
    windows are deleted and written anew, in one transaction. A model names its time column in
    `meta.replace_windows.column`, and other windows than the usual ones in `.windows`. One from which
    a released table's days are made says what day a row of `target` is of in `.day`.
#}
{% macro get_incremental_replace_windows_sql(arguments) -%}
    {%- set how = config.get('meta', {}).get('replace_windows', {}) -%}
    {%- set windows = ref(how.get('windows', 'int_telemetry__reopened_windows')) -%}
    {%- set column = how['column'] -%}
    {%- set bounds = reopened_bounds(windows) -%}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {%- set is_taken_out = 'target.control_id = other.control_id'
        ~ ' and target.' ~ column ~ ' >= other.opened_from'
        ~ ' and target.' ~ column ~ ' < other.opened_until'
        ~ ' and target.' ~ column ~ ' >= ' ~ bounds[0]
        ~ ' and target.' ~ column ~ ' < ' ~ bounds[1] -%}
    {%- if how.get('day') %}
    {{ note_changed_days(
        arguments['target_relation'], windows, is_taken_out, arguments['temp_relation'], how['day']
    ) }}
    {%- endif %}
    {{ delete_matching(arguments['target_relation'], windows, is_taken_out) }}
    insert into {{ arguments['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arguments['temp_relation'] }};
{%- endmacro %}
