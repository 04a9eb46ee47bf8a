-- A run whose sum is high is a drift when it rose as it went: a level that jumped once
-- is no drift. It begins where the cycles ahead lie clearly off their baseline and ends
-- with the last one near the run's peak, so that neither the quiet cycles before it nor
-- those after the repair are counted.
with

drift_sums as (
    select * from {{ ref('int_telemetry__drift_sums_measured') }}
),

runs as (
    select * from {{ ref('int_telemetry__drift_runs_measured') }}
),

settings as (
    select
        {{ rule_setting('drift_start_clip') }} as drift_start_clip,
        {{ rule_setting('drift_start_z') }} as drift_start_z,
        {{ rule_setting('drift_run_cycles') }} as drift_run_cycles
),

run_cycles as (
    select
        drift_sums.control_id,
        drift_sums.stage,
        drift_sums.metric,
        drift_sums.direction,
        drift_sums.run_number,
        drift_sums.cycle_id,
        drift_sums.value,
        drift_sums.median_value,
        drift_sums.sigma,
        drift_sums.sign,
        drift_sums.z,
        drift_sums.place,
        runs.peak_height,
        runs.needed_height,
        runs.needed_rise,
        drift_sums.cycle_date,
        drift_sums.started_at,
        -- cut lower than in the sum: one wild cycle must not pull the start to itself
        avg(least(drift_sums.z, settings.drift_start_clip)) over (
            partition by
                drift_sums.control_id, drift_sums.stage, drift_sums.metric,
                drift_sums.direction, drift_sums.run_number
            order by drift_sums.place
            rows between current row and 3 following
        ) as mean_z_ahead
    from drift_sums
    inner join runs
        on
            drift_sums.control_id = runs.control_id
            and drift_sums.stage = runs.stage
            and drift_sums.metric = runs.metric
            and drift_sums.direction = runs.direction
            and drift_sums.run_number = runs.run_number
    cross join settings
    where
        drift_sums.height > 0
        and drift_sums.place <= runs.peak_place
),

peaks as (
    select
        run_cycles.control_id,
        run_cycles.stage,
        run_cycles.metric,
        run_cycles.direction,
        run_cycles.run_number,
        max(run_cycles.z) as peak_z,
        covar_pop(run_cycles.z, run_cycles.place)
        / nullif(var_pop(run_cycles.place), 0) * count(*) as rise_z,
        min(
            case
                when run_cycles.mean_z_ahead >= settings.drift_start_z
                    then run_cycles.place
            end
        ) as first_place
    from run_cycles
    cross join settings
    group by
        run_cycles.control_id, run_cycles.stage, run_cycles.metric,
        run_cycles.direction, run_cycles.run_number
),

drifts as (
    select
        run_cycles.control_id,
        run_cycles.stage,
        run_cycles.metric,
        run_cycles.direction,
        run_cycles.run_number,
        max(peaks.first_place) as first_place,
        max(case when run_cycles.z >= peaks.peak_z / 2 then run_cycles.place end)
            as last_place
    from run_cycles
    inner join peaks
        on
            run_cycles.control_id = peaks.control_id
            and run_cycles.stage = peaks.stage
            and run_cycles.metric = peaks.metric
            and run_cycles.direction = peaks.direction
            and run_cycles.run_number = peaks.run_number
    cross join settings
    where run_cycles.place >= peaks.first_place
    group by
        run_cycles.control_id, run_cycles.stage, run_cycles.metric,
        run_cycles.direction, run_cycles.run_number
    having
        count(*) >= max(settings.drift_run_cycles)
        and max(peaks.rise_z) >= max(run_cycles.needed_rise)
),

ranked_cycles as (
    select
        run_cycles.cycle_id,
        run_cycles.control_id,
        run_cycles.stage,
        case run_cycles.metric when 'power_w' then 'W' else 'degC' end as unit,
        run_cycles.value,
        run_cycles.median_value + run_cycles.sign * run_cycles.sigma as limit_value,
        run_cycles.peak_height / run_cycles.needed_height as overshoot,
        row_number() over (
            partition by run_cycles.cycle_id
            order by
                run_cycles.peak_height desc, run_cycles.stage asc, run_cycles.metric asc
        ) as rank_in_cycle,
        run_cycles.cycle_date,
        run_cycles.started_at
    from run_cycles
    inner join drifts
        on
            run_cycles.control_id = drifts.control_id
            and run_cycles.stage = drifts.stage
            and run_cycles.metric = drifts.metric
            and run_cycles.direction = drifts.direction
            and run_cycles.run_number = drifts.run_number
    where
        run_cycles.place >= drifts.first_place
        and run_cycles.place <= drifts.last_place
),

drift_issues as (
    select
        ranked_cycles.cycle_id,
        ranked_cycles.control_id,
        'drift' as rule,
        ranked_cycles.stage,
        ranked_cycles.unit,
        ranked_cycles.value,
        ranked_cycles.limit_value,
        ranked_cycles.overshoot,
        ranked_cycles.cycle_date,
        ranked_cycles.started_at
    from ranked_cycles
    where ranked_cycles.rank_in_cycle = 1
)

select * from drift_issues
