{#
    Says whether a run asks what a cohort plans: newest versions of studies, or the cohort it is
    restricted to, by its id or as the newest of a study. Beside it `cohorts` has to be joined.
    Without a restriction it is the plain column: Sail fails on two windows over conditions that
    are the same one, written otherwise.
#}
{% macro cohort_asked(cohort_id) -%}
    {%- if not listed_variable('experiments_cohort') -%}{{ return('cohorts.is_current') }}{%- endif -%}
    (
        {{ experiments_choice('cohort', cohort_id, 'cohorts.is_current') }}
        or (cohorts.is_current and {{ experiments_choice('cohort', 'cohorts.study') }})
    )
{%- endmacro %}
