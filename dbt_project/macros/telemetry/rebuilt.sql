{#
    Gives the rows of a relation of readings that a data test looks at: in a build those of the
    windows it computed anew, the others being what an earlier build has tested; all of them where
    tests are asked for by name (`dbt test`), or everything was computed anew.
#}
{% macro rebuilt(name) -%}
    {%- set relation = ref(name) -%}
    {%- set windows = ref('int_telemetry__reopened_windows') -%}
    {%- if flags.WHICH == 'build' and not flags.FULL_REFRESH -%}
        {{ reopened(relation, 'reading_at') }}
    {%- else -%}
        select * from {{ relation }}
    {%- endif -%}
{%- endmacro %}
