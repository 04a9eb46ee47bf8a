-- How many cycles each control ran on each day, how many were left out of the
-- baselines, and how many there was enough history for to judge; and series without
-- cycles that were read on such a day, which the report says nothing else about.
with

cycles as (
    select * from {{ ref('cycles') }}
),

series_readings as (
    select * from {{ ref('int_telemetry__series_readings_listed') }}
),

judged_cycles as (
    select distinct cycle_id from {{ ref('cycle_variance') }}
    where variance_class <> 'insufficient_history'
),

cycle_days as (
    select
        cycles.control_id,
        false as is_series,
        count(*) as cycle_count,
        count(*) filter (where not cycles.is_valid) as rejected_count,
        count(judged_cycles.cycle_id) as judged_count,
        cycles.cycle_date as report_date
    from cycles
    left join judged_cycles on cycles.cycle_id = judged_cycles.cycle_id
    group by cycles.control_id, cycles.cycle_date
),

series_days as (
    select
        series_readings.control_id,
        true as is_series,
        0 as cycle_count,
        0 as rejected_count,
        0 as judged_count,
        series_readings.reading_date as report_date
    from series_readings
    where
        series_readings.reading_date in (select cycle_days.report_date from cycle_days)
        and series_readings.control_id not in (
            select cycle_days.control_id from cycle_days
        )
    group by series_readings.control_id, series_readings.reading_date
),

report_days as (
    select * from cycle_days
    union all
    select * from series_days
)

select * from report_days
