{# Gives 1 (low) to 4 (critical) for a severity's name. #}
{% macro severity_rank(severity) -%}
    case {{ severity }} when 'critical' then 4 when 'high' then 3 when 'medium' then 2 else 1 end
{%- endmacro %}

{# Gives the name of a severity's rank. #}
{% macro severity_name(rank) -%}
    case {{ rank }} when 4 then 'critical' when 3 then 'high' when 2 then 'medium' else 'low' end
{%- endmacro %}
