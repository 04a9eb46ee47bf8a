{# Gives whether a row is among those a run is restricted to by the dbt variable
   `experiments_<name>`: cohort, stage, template, model, gen; several are separated by commas.
   Without a restriction it is `otherwise`. #}
{% macro experiments_choice(name, column, otherwise='true') -%}
    {%- set given = listed_variable('experiments_' ~ name) -%}
    {{ column ~ ' in (' ~ given | join(', ') ~ ')' if given else otherwise }}
{%- endmacro %}
