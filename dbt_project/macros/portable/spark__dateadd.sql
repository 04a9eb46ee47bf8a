{# Gives dbt's own `dateadd` for Spark: the one dbt-spark has says 1970 on Sail. #}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    cast(
        timestampadd(
            {{ datepart }}, {{ interval }}, cast({{ from_date_or_timestamp }} as timestamp)
        ) as timestamp_ntz
    )
{%- endmacro %}
