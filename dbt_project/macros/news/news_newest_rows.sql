{#
    Gives, as a subquery, the rows of a relation as the newest run that has them left them: of the
    run that is built (`current`, a model) and of every kept run. `columns` maps names to types.
#}
{% macro news_newest_rows(current, phase, relation, key, columns) -%}
{%- set names = columns.keys() | list -%}
(
    with rows_of_runs as (
        select
            this_run.run_id as of_run_id,
            {% for name in names -%}
            cast(current_rows.{{ name }} as {{ type_name(columns[name]) }}) as {{ name }}{{ ", " if not loop.last }}
            {%- endfor %}
        from {{ current }} as current_rows
        cross join {{ ref('int_news__run') }} as this_run

        union all

        select
            earlier_rows.run_id as of_run_id,
            {% for name in names -%}
            earlier_rows.{{ name }}{{ ", " if not loop.last }}
            {%- endfor %}
        from {{ phase_rows('news', phase, relation, columns) }} as earlier_rows
    ),

    rows_by_age as (
        select
            rows_of_runs.*,
            row_number() over (
                partition by
                    {% for name in key -%}
                    rows_of_runs.{{ name }}{{ ", " if not loop.last }}
                    {%- endfor %}
                order by runs.as_of desc, runs.started_at desc, runs.run_id desc
            ) as place
        from rows_of_runs
        inner join {{ ref('stg_news__runs') }} as runs on rows_of_runs.of_run_id = runs.run_id
    )

    select
        {% for name in names -%}
        rows_by_age.{{ name }}{{ ", " if not loop.last }}
        {%- endfor %}
    from rows_by_age
    where rows_by_age.place = 1
)
{%- endmacro %}
