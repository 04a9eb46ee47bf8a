-- over_power, under_power, over_temperature, unstable_power and
-- power_temperature_decoupled need no more than the worst stage of a cycle that is out.
with

deviations as (
    select * from {{ ref('int_telemetry__cycle_deviations_measured') }}
),

ranked_deviations as (
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
        deviations.started_at,
        row_number() over (
            partition by deviations.cycle_id, deviations.rule
            order by deviations.overshoot desc, deviations.stage asc
        ) as place
    from deviations
    where deviations.rule in (
        'over_power', 'under_power', 'over_temperature', 'unstable_power',
        'power_temperature_decoupled'
    )
),

worst_deviations as (
    select
        ranked_deviations.cycle_id,
        ranked_deviations.control_id,
        ranked_deviations.rule,
        ranked_deviations.stage,
        ranked_deviations.unit,
        ranked_deviations.value,
        ranked_deviations.limit_value,
        ranked_deviations.overshoot,
        ranked_deviations.cycle_date,
        ranked_deviations.started_at
    from ranked_deviations
    where ranked_deviations.place = 1
)

select * from worst_deviations
