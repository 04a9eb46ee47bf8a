-- depends_on: {{ ref('gate_experiments__after_staging') }}
with

combos as (
    select * from {{ ref('int_experiments__combos_picked') }}
),

versions as (
    select * from {{ ref('int_experiments__versions_listed') }}
),

combos_by_age as (
    select
        combos.*,
        row_number() over (
            partition by combos.combo_id
            order by versions.landed_at desc, combos.load_id desc
        ) as age
    from combos
    inner join versions on combos.load_id = versions.load_id
)

select
    combos_by_age.combo_id,
    combos_by_age.alias,
    combos_by_age.concept_ids,
    combos_by_age.level,
    combos_by_age.concepts,
    cast(combos_by_age.k as bigint) as k
from combos_by_age
where combos_by_age.age = 1
