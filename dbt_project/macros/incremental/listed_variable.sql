{# Gives a comma separated dbt variable as a list of quoted texts; an empty one when it is not set. #}
{% macro listed_variable(name) -%}
    {%- set found = [] -%}
    {%- for part in ((var(name, none) or '') | string).split(',') if part | trim -%}
        {%- do found.append("'" ~ dbt.escape_single_quotes(part | trim) ~ "'") -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
