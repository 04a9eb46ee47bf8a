{# Gives the ids of loads to work in; a machine of a changed rule is re-opened by its windows. #}
{% macro telemetry_pending_loads() -%}
    {{ return(pending_loads(
        'telemetry',
        files='not coalesce(files.is_held, false)',
        processed='processed.source = files.source'
    )) }}
{%- endmacro %}

{# Gives the condition for loads that no finished run has worked in; see `is_pending`. #}
{% macro telemetry_is_pending(load_column='load_id', everything='true') -%}
    {{ return(is_pending(telemetry_pending_loads(), load_column, everything)) }}
{%- endmacro %}

{# Gives the condition for the readings that make this run work: of its slice or of new loads. #}
{% macro telemetry_is_touched(column='reading_at', load_column='load_id') -%}
    {%- if is_slice('telemetry') -%}
        {{ return(in_slice({'from_date': column, 'to_date': column, 'controls': 'control_id'})) }}
    {%- endif -%}
    {{ return(telemetry_is_pending(load_column)) }}
{%- endmacro %}
