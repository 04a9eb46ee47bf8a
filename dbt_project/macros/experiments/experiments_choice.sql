{# Gives what a run is restricted to (cohort, stage, template, model, gen): a dbt variable
   `experiments_<name>` or the environment variable that `make` sets; null for everything. #}
{% macro experiments_choice(name) -%}
    {%- set given = var('experiments_' ~ name, none)
        or env_var('SLUICE_EXPERIMENTS_' ~ name | upper, '') -%}
    {{ return(("'" ~ (given | replace("'", "")) ~ "'") if given else 'null') }}
{%- endmacro %}
