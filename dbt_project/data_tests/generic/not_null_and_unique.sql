{#
    Passes when no column of `not_null` is null and no two rows share a key of `unique`: a
    column, of which nulls are not compared, or a list of columns, of which they are.

    One query for a table, since dbt spends some 20 ms on each test whatever it asks. A row for
    each broken promise, in words that the run repeats.
#}
{% test not_null_and_unique(model, not_null=[], unique=[]) %}
{{ broken_promises(model, not_null, unique) }}
{% endtest %}
