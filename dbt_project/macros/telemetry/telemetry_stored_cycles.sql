{# Gives the cycles that the last run left, by the name their source gave them; none at first. #}
{% macro telemetry_stored_cycles(slots_relation) -%}
    {%- if slots_relation -%}
    select distinct
        slots.control_id,
        slots.cycle_id,
        {%- if 'source_cycle_id' in stored_columns(slots_relation) %}
        slots.source_cycle_id,
        {%- else %}
        case when not slots.is_derived then slots.cycle_id end as source_cycle_id,
        {%- endif %}
        slots.started_at,
        slots.ended_at
    from {{ slots_relation }} as slots
    {%- else -%}
    select
        cast(null as {{ dbt.type_string() }}) as control_id,
        cast(null as {{ dbt.type_string() }}) as cycle_id,
        cast(null as {{ dbt.type_string() }}) as source_cycle_id,
        cast(null as timestamp) as started_at,
        cast(null as timestamp) as ended_at
    where false
    {%- endif %}
{%- endmacro %}
