{#
    Gives the usual seconds between readings of one cycle and day, over ranges that name
    first_reading_at, last_reading_at and reading_count.
#}
{% macro telemetry_interval(ranges) -%}
    {%- set seconds = seconds_between(
        ranges ~ '.first_reading_at', ranges ~ '.last_reading_at'
    ) -%}
    {{ median(
        'case when ' ~ ranges ~ '.reading_count > 1'
        ~ ' and ' ~ ranges ~ '.last_reading_at > ' ~ ranges ~ '.first_reading_at'
        ~ ' then ' ~ seconds ~ ' / (' ~ ranges ~ '.reading_count - 1) end'
    ) }}
{%- endmacro %}
