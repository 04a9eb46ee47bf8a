{{ config(materialized=as_view()) }}
-- Days on which a machine has cycles to judge: `as_of` is when the day begins.
with

cycles as (
    select * from {{ ref('cycles') }}
),

cycle_days as (
    select
        cycles.control_id,
        cycles.cycle_date,
        cast(cycles.cycle_date as timestamp) as as_of
    from cycles
    group by cycles.control_id, cycles.cycle_date
)

select * from cycle_days
