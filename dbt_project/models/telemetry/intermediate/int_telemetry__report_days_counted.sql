-- How many cycles each control ran on each day, and how many were left out of the
-- baselines.
with

cycles as (
    select * from {{ ref('cycles') }}
),

report_days as (
    select
        cycles.control_id,
        count(*) as cycle_count,
        count(*) filter (where not cycles.is_valid) as rejected_count,
        cycles.cycle_date as report_date
    from cycles
    group by cycles.control_id, cycles.cycle_date
)

select * from report_days
