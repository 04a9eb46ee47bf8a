-- Everything the rule models found, side effects included.
{%- set families = [
    'int_telemetry__level_issues_found',
    'int_telemetry__duration_issues_found',
    'int_telemetry__dropout_issues_found',
    'int_telemetry__drift_issues_found',
] %}
with

found_issues as (
    {%- for family in families %}
    select
        cycle_id,
        control_id,
        rule,
        stage,
        unit,
        value,
        limit_value,
        overshoot,
        cycle_date,
        started_at
    from {{ ref(family) }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
)

select * from found_issues
