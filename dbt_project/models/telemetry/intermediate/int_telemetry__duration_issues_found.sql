-- short_cycle, long_cycle and stuck_stage. A stage is stuck when it alone holds most of
-- the delay and is one the cycle only passes through; the stage that fills most of a
-- cycle is its work, and takes longer with it, unless it lasts several times what is
-- usual. A control's newest cycle is not called short: it may still be running.
with

deviations as (
    select * from {{ ref('int_telemetry__cycle_deviations_measured') }}
),

settings as (
    select
        {{ rule_setting('stuck_share_of_delay') }} as stuck_share_of_delay,
        {{ rule_setting('work_stage_share') }} as work_stage_share,
        {{ rule_setting('stuck_times_usual') }} as stuck_times_usual
),

metrics_compared as (
    select * from {{ ref('int_telemetry__cycle_stage_metrics_compared') }}
),

newest_cycles as (
    select
        metrics_compared.control_id,
        max(metrics_compared.started_at) as started_at
    from metrics_compared
    group by metrics_compared.control_id
),

cycle_delays as (
    select
        metrics_compared.cycle_id,
        sum(
            case
                when metrics_compared.stage <> 'all'
                    then abs(metrics_compared.value - metrics_compared.median_value)
            end
        ) as delay_s,
        max(
            case
                when metrics_compared.stage = 'all' then metrics_compared.median_value
            end
        ) as usual_cycle_s
    from metrics_compared
    where metrics_compared.metric = 'duration_s'
    group by metrics_compared.cycle_id
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
        deviations.deviation / nullif(cycle_delays.delay_s, 0)
        >= settings.stuck_share_of_delay
        and (
            deviations.median_value
            < settings.work_stage_share * cycle_delays.usual_cycle_s
            or deviations.value
            >= settings.stuck_times_usual * deviations.median_value
        ) as is_stuck,
        row_number() over (
            partition by deviations.cycle_id, deviations.rule
            order by deviations.overshoot desc, deviations.stage asc
        ) as place
    from deviations
    left join cycle_delays on deviations.cycle_id = cycle_delays.cycle_id
    left join newest_cycles
        on
            deviations.control_id = newest_cycles.control_id
            and deviations.started_at = newest_cycles.started_at
            and deviations.rule = 'short_cycle'
    cross join settings
    where
        deviations.rule in ('short_cycle', 'long_cycle', 'stuck_stage')
        and newest_cycles.control_id is null
),

duration_issues as (
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
    where
        ranked_deviations.place = 1
        and (ranked_deviations.rule <> 'stuck_stage' or ranked_deviations.is_stuck)
)

select * from duration_issues
