{#
    Gives, as a subquery, the rows of a relation that a phase of earlier runs left: of every kept
    run but the current one its newest attempt, as stored when the build began.

    Columns: run_id, attempt, row_no and those named, cast to the types given for them.
#}
{% macro phase_rows(product, phase, relation, columns) -%}
(
    select {{ phase_columns(columns) }}
    from {{ phase_table(product, phase) }} as stored
    inner join {{ phase_table(product, 'newest_attempts') }} as newest
        on stored.run_id = newest.run_id and stored.attempt = newest.attempt
    where stored.relation = '{{ relation }}'
        and newest.phase_name = '{{ phase }}'
        and stored.run_id not in (select run_id from {{ ref('int_' ~ product ~ '__run') }})
)
{%- endmacro %}

{#
    Gives the same of the run before the current one, which phase 1 names, as it was when the
    current run began: what that run is later gone on to does not change this one.
#}
{% macro previous_phase_rows(product, phase, relation, columns) -%}
{%- set runs = phase_table(product, 'runs') -%}
{%- set this_run = ref('int_' ~ product ~ '__run') -%}
(
    with known as (
        select earlier.attempt, earlier.phase_name, earlier.phase_number
        from {{ runs }} as earlier
        inner join {{ this_run }} as this_run on earlier.run_id = this_run.previous_run_id
        where earlier.status = 'completed'
            and earlier.sequence < (
                select coalesce(min(own.sequence), 9223372036854775807)
                from {{ runs }} as own
                where own.run_id in (select run_id from {{ this_run }})
            )
    ),

    newest as (
        select max(attempt) as attempt
        from known
        where phase_name = '{{ phase }}'
            and attempt <= (
                select max(attempt)
                from known
                where phase_number = (select max(phase_number) from known)
            )
    )

    select {{ phase_columns(columns) }}
    from {{ phase_table(product, phase) }} as stored
    inner join {{ this_run }} as this_run on stored.run_id = this_run.previous_run_id
    inner join newest on stored.attempt = newest.attempt
    where stored.relation = '{{ relation }}'
)
{%- endmacro %}

{#
    Gives the columns of stored rows: where they are from, then what their JSON says. What a row
    itself says goes before the attempt of its phase.
#}
{% macro phase_columns(columns) -%}
    stored.run_id
    {%- for name in ['attempt', 'row_no'] if name not in columns %},
    stored.{{ name }}
    {%- endfor %}
    {%- for name, type in columns.items() if name != 'run_id' %},
    cast({{ json_text('stored.row', name) }} as {{ type_name(type) }}) as {{ name }}
    {%- endfor %}
{%- endmacro %}

{# Gives the name of a table of phases; on Spark that of it as it was when the run began. #}
{% macro phase_table(product, name) -%}
    {{ env_var('SLUICE_PINNED', '') }}{{ product }}_phases.{{ name }}
{%- endmacro %}
