{#
    What publishing is told of the days that a build makes anew (python_models/release/day_sums):
    in the transaction in which it happens, so that it stands if and only if the rows do. Other
    engines publish all they have.
#}

{#
    Gives the statement by which a model notes which days of its table it touches: those of the
    rows it takes out, and of the rows it puts in.

    target: table whose rows are replaced; its rows are called `target`
    other: table that says which rows are taken out, called `other` in the condition
    new: relation of the rows that are put in
    day: the day of a row, in SQL
#}
{% macro note_changed_days(target, other, condition, new, day) -%}
    {{ return(adapter.dispatch('note_changed_days', 'sluice')(target, other, condition, new, day)) }}
{%- endmacro %}

{% macro default__note_changed_days(target, other, condition, new, day) -%}
    insert into sluice_days.changed_days
    select
        '{{ target.schema }}.{{ target.identifier }}' as table_name,
        changed.changed_date,
        (
            select 1 + coalesce(max(noted.note_number), 0)
            from (
                select note_number from sluice_days.changed_days
                union all
                select note_number from sluice_days.known
            ) as noted
        ) as note_number
    from (
        select {{ day }} as changed_date
        from {{ target }} as target
        inner join {{ other }} as other on {{ condition }}
        union
        select {{ day }} as changed_date from {{ new }} as target
    ) as changed;
{%- endmacro %}

{% macro spark__note_changed_days(target, other, condition, new, day) -%}
{%- endmacro %}

{# Gives the statement by which a model that makes its table anew says that all days may change. #}
{% macro forget_days() -%}
    {{ return(adapter.dispatch('forget_days', 'sluice')()) }}
{%- endmacro %}

{% macro default__forget_days() -%}
    {%- if execute and not is_incremental() -%}delete from sluice_days.known{%- endif -%}
{%- endmacro %}

{% macro spark__forget_days() -%}
{%- endmacro %}
