-- sensor_dropout: readings missing or silent for longer than this control's own habit
-- allows.
with

deviations as (
    select * from {{ ref('int_telemetry__cycle_deviations_measured') }}
),

dropout_issues as (
    select
        deviations.cycle_id,
        deviations.control_id,
        deviations.rule,
        deviations.stage,
        deviations.unit,
        deviations.value,
        deviations.limit_value,
        deviations.overshoot,
        deviations.cycle_date,
        deviations.started_at
    from deviations
    where deviations.rule = 'sensor_dropout'
)

select * from dropout_issues
