-- Runs whose sum passed the decision height, each with what it needs to be a drift.
-- What power and temperature tell at the same time needs less of each: one metric
-- wanders often, both together hardly ever.
with

drift_sums as (
    select * from {{ ref('int_telemetry__drift_sums_measured') }}
),

settings as (
    select
        {{ rule_setting('drift_height') }} as drift_height,
        {{ rule_setting('drift_height_of_two') }} as drift_height_of_two,
        {{ rule_setting('drift_rise') }} as drift_rise,
        {{ rule_setting('drift_rise_of_two') }} as drift_rise_of_two
),

ranked_sums as (
    select
        drift_sums.control_id,
        drift_sums.stage,
        drift_sums.metric,
        drift_sums.direction,
        drift_sums.run_number,
        drift_sums.height,
        drift_sums.place,
        drift_sums.started_at,
        min(drift_sums.started_at) over (
            partition by
                drift_sums.control_id, drift_sums.stage, drift_sums.metric,
                drift_sums.direction, drift_sums.run_number
        ) as first_started_at,
        row_number() over (
            partition by
                drift_sums.control_id, drift_sums.stage, drift_sums.metric,
                drift_sums.direction, drift_sums.run_number
            order by drift_sums.height desc, drift_sums.place asc
        ) as rank_in_run
    from drift_sums
    where drift_sums.height > 0
),

high_runs as (
    select
        ranked_sums.control_id,
        ranked_sums.stage,
        ranked_sums.metric,
        ranked_sums.direction,
        ranked_sums.run_number,
        ranked_sums.height as peak_height,
        ranked_sums.place as peak_place,
        ranked_sums.first_started_at,
        ranked_sums.started_at as peak_started_at
    from ranked_sums
    cross join settings
    where
        ranked_sums.rank_in_run = 1
        and ranked_sums.height
        >= least(settings.drift_height, settings.drift_height_of_two)
),

runs as (
    select
        high_runs.control_id,
        high_runs.stage,
        high_runs.metric,
        high_runs.direction,
        high_runs.run_number,
        high_runs.peak_height,
        high_runs.peak_place,
        case
            when count(other_runs.metric) > 0 then max(settings.drift_height_of_two)
            else max(settings.drift_height)
        end as needed_height,
        case
            when count(other_runs.metric) > 0 then max(settings.drift_rise_of_two)
            else max(settings.drift_rise)
        end as needed_rise
    from high_runs
    cross join settings
    left join high_runs as other_runs
        on
            high_runs.control_id = other_runs.control_id
            and high_runs.metric <> other_runs.metric
            and high_runs.first_started_at <= other_runs.peak_started_at
            and high_runs.peak_started_at >= other_runs.first_started_at
    group by
        high_runs.control_id, high_runs.stage, high_runs.metric,
        high_runs.direction, high_runs.run_number, high_runs.peak_height,
        high_runs.peak_place
    having
        high_runs.peak_height >= max(settings.drift_height)
        or count(other_runs.metric) > 0
)

select * from runs
