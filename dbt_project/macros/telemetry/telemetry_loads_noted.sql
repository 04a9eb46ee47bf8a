{# Gives what runs have noted of loads and machines; columns of a newer layout are null where missing. #}
{% macro telemetry_loads_noted() -%}
    {%- set columns = {
        'load_id': dbt.type_string(), 'control_id': dbt.type_string(),
        'source': dbt.type_string(), 'has_cycle_ids': 'boolean', 'has_power': 'boolean',
        'has_temperature': 'boolean', 'interval_s': 'double', 'on_threshold_w': 'double',
        'idle_gap_seconds': 'double', 'silence_seconds': 'double',
        'settings_hash': dbt.type_string(), 'supersedes': dbt.type_string(),
        'processed_at': 'timestamp'
    } -%}
    {%- set processed = stored_relation('int_telemetry__loads_processed') -%}
    {%- set stored = stored_columns(processed) if processed else [] -%}
    select
        {%- for name, kind in columns.items() %}
        {{ 'processed.' ~ name if name in stored else 'cast(null as ' ~ kind ~ ') as ' ~ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    {%- if processed %}
    from {{ processed }} as processed
    where processed.control_id is not null
    {%- else %}
    where false
    {%- endif %}
{%- endmacro %}
