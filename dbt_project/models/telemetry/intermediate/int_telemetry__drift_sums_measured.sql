-- Page's CUSUM in closed form: the robust z of each cycle in a row, clipped so that one
-- bad cycle starts nothing, less an allowance, summed; the height above the sum's last
-- low says how much has gathered, and each new low starts another run.
with

metrics_compared as (
    select * from {{ ref('int_telemetry__cycle_stage_metrics_compared') }}
),

settings as (
    select
        {{ rule_setting('drift_clip') }} as drift_clip,
        {{ rule_setting('drift_allowance') }} as drift_allowance
),

directions as (
    select
        'up' as direction,
        1 as sign
    union all
    select
        'down' as direction,
        -1 as sign
),

steps as (
    select
        metrics_compared.control_id,
        metrics_compared.stage,
        metrics_compared.metric,
        directions.direction,
        metrics_compared.cycle_id,
        metrics_compared.value,
        metrics_compared.median_value,
        1.4826 * metrics_compared.mad as sigma,
        directions.sign,
        least(
            greatest(directions.sign * metrics_compared.robust_z, -settings.drift_clip),
            settings.drift_clip
        ) as z,
        metrics_compared.cycle_date,
        metrics_compared.started_at
    from metrics_compared
    cross join directions
    cross join settings
    where
        metrics_compared.is_sufficient
        and metrics_compared.robust_z is not null
        and metrics_compared.metric in ('power_w', 'temperature_c')
        and metrics_compared.stage <> 'all'
),

sums as (
    select
        steps.control_id,
        steps.stage,
        steps.metric,
        steps.direction,
        steps.cycle_id,
        steps.value,
        steps.median_value,
        steps.sigma,
        steps.sign,
        steps.z,
        sum(steps.z - settings.drift_allowance) over (
            partition by steps.control_id, steps.stage, steps.metric, steps.direction
            order by steps.started_at, steps.cycle_id
            rows between unbounded preceding and current row
        ) as total,
        row_number() over (
            partition by steps.control_id, steps.stage, steps.metric, steps.direction
            order by steps.started_at, steps.cycle_id
        ) as place,
        steps.cycle_date,
        steps.started_at
    from steps
    cross join settings
),

lows as (
    select
        sums.control_id,
        sums.stage,
        sums.metric,
        sums.direction,
        sums.cycle_id,
        sums.value,
        sums.median_value,
        sums.sigma,
        sums.sign,
        sums.z,
        sums.total,
        sums.place,
        sums.cycle_date,
        sums.started_at,
        least(0, min(sums.total) over (
            partition by sums.control_id, sums.stage, sums.metric, sums.direction
            order by sums.place
            rows between unbounded preceding and current row
        )) as low
    from sums
),

runs as (
    select
        lows.control_id,
        lows.stage,
        lows.metric,
        lows.direction,
        lows.cycle_id,
        lows.value,
        lows.median_value,
        lows.sigma,
        lows.sign,
        lows.z,
        {{ round_to('lows.total - lows.low', 6) }} as height,
        lows.place,
        sum(case when lows.total <= lows.low then 1 else 0 end) over (
            partition by lows.control_id, lows.stage, lows.metric, lows.direction
            order by lows.place
            rows between unbounded preceding and current row
        ) as run_number,
        lows.cycle_date,
        lows.started_at
    from lows
)

select * from runs
