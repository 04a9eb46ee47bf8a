{#
    Gives the joins and the condition by which delivered rows stay that did not give way to a
    later delivery; the CTEs `deliveries_superseded` and `rows_superseded` say which did. Outer
    joins: for a `not exists`, DuckDB first takes the distinct keys of all rows.

    delivered: relation of the rows
    whole: condition for the superseded deliveries all of whose rows gave way
#}
{% macro telemetry_did_not_give_way(delivered, whole='true') -%}
    left join deliveries_superseded
        on {{ telemetry_same_delivery('deliveries_superseded', delivered) }} and {{ whole }}
    left join rows_superseded
        on {{ telemetry_same_delivery('rows_superseded', delivered) }}
        and rows_superseded.record_number = {{ delivered }}.record_number
    where deliveries_superseded.load_id is null and rows_superseded.load_id is null
{%- endmacro %}
