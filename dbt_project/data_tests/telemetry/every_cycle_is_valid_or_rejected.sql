-- valid + rejected = all, and a valid cycle has no reason against it
with

cycles as (
    select * from {{ ref('cycles') }}
),

rejected_cycles as (
    select distinct cycle_id
    from {{ ref('rejected_cycles') }}
)

select
    cycles.cycle_id,
    cycles.is_valid,
    rejected_cycles.cycle_id as rejected_cycle_id
from cycles
left join rejected_cycles on cycles.cycle_id = rejected_cycles.cycle_id
where cycles.is_valid = (rejected_cycles.cycle_id is not null)
