{# Gives the Luhn sum of a text of 19 digits at most; a card number's is a multiple of ten. #}
{% macro luhn_sum(digits) -%}
    (
    {%- for place in range(1, 20) %}
        {%- set digit = "coalesce(try_cast(substring(reverse(" ~ digits ~ "), " ~ place ~ ", 1) as integer), 0)" %}
        {%- if place % 2 %}
        {{ digit }}
        {%- else %}
        (2 * {{ digit }} - case when {{ digit }} > 4 then 9 else 0 end)
        {%- endif %}
        {{- ' +' if not loop.last }}
    {%- endfor %}
    )
{%- endmacro %}
