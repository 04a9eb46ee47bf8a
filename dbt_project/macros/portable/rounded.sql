{#
    Gives a mean, or what rests on one, with six digits behind the point. The order doubles are
    summed in moves the last bits, from engine to engine and from run to run; of 64 values with two
    digits the mean often lies in the middle of two numbers of six, where those bits would decide.
#}
{% macro rounded(value) -%}
    {{ round_to(round_to(value, 9), 6) }}
{%- endmacro %}
