-- What is told of a cycle with issues, once: to who writes an assessment and to who
-- judges it. Figures are rounded here, so that a text can quote them as they stand.
with

cycles as (
    select * from {{ ref('cycles') }}
),

cycle_issues as (
    select * from {{ ref('int_telemetry__cycle_issues_explained') }}
),

rules_by_cycle as (
    select
        cycle_issues.cycle_id,
        max(cycle_issues.overshoot) as overshoot,
        {{ ordered_array_agg('cycle_issues.rule', 'cycle_issues.rule') }} as rules
    from cycle_issues
    group by cycle_issues.cycle_id
),

issue_cycles_described as (
    select
        cycles.cycle_id,
        cycles.control_id,
        {{ json_object_text([
            ['cycle_id', 'cycles.cycle_id'],
            ['rules', 'rules_by_cycle.rules'],
            ['started_at', timestamp_text('cycles.started_at')],
            ['duration_s', round_to('cycles.duration_s', 1)],
            ['energy_wh', round_to('cycles.energy_wh', 1)],
            ['mean_power_w', round_to('cycles.mean_power_w', 1)],
            ['max_power_w', round_to('cycles.max_power_w', 1)],
            ['max_temperature_c', round_to('cycles.max_temperature_c', 1)],
        ]) }} as facts,
        rules_by_cycle.overshoot,
        cycles.cycle_date
    from cycles
    inner join rules_by_cycle on cycles.cycle_id = rules_by_cycle.cycle_id
)

select * from issue_cycles_described
