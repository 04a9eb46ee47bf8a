-- How many cycles each control ran on each day, how many were left out of the
-- baselines, and how many there was enough history for to judge.
with

cycles as (
    select * from {{ ref('cycles') }}
),

judged_cycles as (
    select distinct cycle_id from {{ ref('cycle_variance') }}
    where variance_class <> 'insufficient_history'
),

report_days as (
    select
        cycles.control_id,
        count(*) as cycle_count,
        count(*) filter (where not cycles.is_valid) as rejected_count,
        count(judged_cycles.cycle_id) as judged_count,
        cycles.cycle_date as report_date
    from cycles
    left join judged_cycles on cycles.cycle_id = judged_cycles.cycle_id
    group by cycles.control_id, cycles.cycle_date
)

select * from report_days
