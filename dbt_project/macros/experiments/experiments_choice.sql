{# Gives whether a row is among those a run is restricted to, by the dbt variable
   `experiments_<name>` or the environment variable that `make` sets: cohort, stage, template,
   model, gen; several are separated by commas. Without a restriction it is `otherwise`. #}
{% macro experiments_choice(name, column, otherwise='true') -%}
    {%- set given = var('experiments_' ~ name, none)
        or env_var('SLUICE_EXPERIMENTS_' ~ name | upper, '') -%}
    {%- if given -%}
        {%- set quoted = [] -%}
        {%- for one in (given | replace("'", "")).split(',') -%}
            {%- do quoted.append("'" ~ one.strip() ~ "'") -%}
        {%- endfor -%}
        {{ column }} in ({{ quoted | join(', ') }})
    {%- else -%}
        {{ otherwise }}
    {%- endif -%}
{%- endmacro %}
