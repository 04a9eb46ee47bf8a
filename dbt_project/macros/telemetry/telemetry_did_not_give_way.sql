{#
    Gives the condition that delivered rows did not give way to a later delivery: neither their
    file whole (`deliveries_superseded`) nor they themselves (`rows_superseded`).

    whole: condition for the superseded deliveries all of whose rows gave way
#}
{% macro telemetry_did_not_give_way(delivered, whole='true') -%}
    not exists (
        select 1 from deliveries_superseded
        where {{ telemetry_same_delivery('deliveries_superseded', delivered) }} and {{ whole }}
    )
    and not exists (
        select 1 from rows_superseded
        where
            {{ telemetry_same_delivery('rows_superseded', delivered) }}
            and rows_superseded.record_number = {{ delivered }}.record_number
    )
{%- endmacro %}
