with

cycles as (
    select * from {{ ref('cycles') }}
),

stage_sums as (
    select
        cycle_id,
        sum(reading_count) as reading_count
    from {{ ref('cycle_stages') }}
    group by cycle_id
)

select
    cycles.cycle_id,
    cycles.reading_count,
    stage_sums.reading_count as stages_reading_count
from cycles
left join stage_sums on cycles.cycle_id = stage_sums.cycle_id
where
    stage_sums.reading_count is null or stage_sums.reading_count <> cycles.reading_count
