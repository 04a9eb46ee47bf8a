{#
    Gives a comma separated dbt variable as a list of quoted texts; an empty one when it is not
    set. A comma within a text is written `\,`.
#}
{% macro listed_variable(name) -%}
    {%- set found = [] -%}
    {%- set said = ((var(name, none) or '') | string).replace('\\,', '\x1f') -%}
    {%- for part in said.split(',') if part | trim -%}
        {%- set text = (part | trim).replace('\x1f', ',') -%}
        {%- do found.append("'" ~ dbt.escape_single_quotes(text) ~ "'") -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
