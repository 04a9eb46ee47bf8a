{# Says whether a run asks what a cohort plans: newest versions of studies, or the cohort it is
   restricted to, by its id or as the newest of a study. Beside it `cohorts` has to be joined. #}
{% macro cohort_asked(cohort_id) -%}
    (
        {{ experiments_choice('cohort', cohort_id, 'cohorts.is_current') }}
        or (cohorts.is_current and {{ experiments_choice('cohort', 'cohorts.study') }})
    )
{%- endmacro %}
