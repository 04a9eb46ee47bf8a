{# Gives the `low` or `high` end of the 95 % interval of a share of so many trials (Wilson 1927,
   "Probable inference, the law of succession, and statistical inference"); null of none. #}
{% macro wilson(end, share, trials) -%}
    {%- set z = '1.959963984540054e0' -%}
    {%- set n = 'cast(' ~ trials ~ ' as double)' -%}
    cast(
        case
            when {{ trials }} > 0
                then {% call round_to(digits=12) %}
                    (
                        {{ share }} + {{ z }} * {{ z }} / (2e0 * {{ n }})
                        {{ '-' if end == 'low' else '+' }} {{ z }} * sqrt(
                            {{ share }} * (1e0 - {{ share }}) / {{ n }}
                            + {{ z }} * {{ z }} / (4e0 * {{ n }} * {{ n }})
                        )
                    ) / (1e0 + {{ z }} * {{ z }} / {{ n }})
                {% endcall %}
        end as double
    )
{%- endmacro %}
