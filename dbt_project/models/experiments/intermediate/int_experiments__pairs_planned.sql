-- One question for all cohorts that share it, as with other generations: asked are
-- those of newest versions, or of the cohort a run is restricted to.
with

pairs_listed as (
    select * from {{ ref('int_experiments__pairs_listed') }}
),

cohorts as (
    select * from {{ ref('int_experiments__cohorts_identified') }}
),

pairs_by_age as (
    select
        pairs_listed.*,
        row_number() over (
            partition by pairs_listed.gen_id
            order by cohorts.landed_at desc, cohorts.cohort_id asc
        ) as age,
        max(case
            when {{ cohort_asked('pairs_listed.cohort_id') }} then 1
            else 0
        end) over (partition by pairs_listed.gen_id) as wanted_flag,
        max(case when cohorts.is_current then 1 else 0 end) over (
            partition by pairs_listed.gen_id
        ) as current_flag
    from pairs_listed
    inner join cohorts on pairs_listed.cohort_id = cohorts.cohort_id
)

select
    pairs_by_age.gen_id,
    'comparison' as stage,
    pairs_by_age.template_id,
    pairs_by_age.template_hash,
    'llm' as generator,
    'json' as parser,
    cast(null as double) as scale_min,
    cast(null as double) as scale_max,
    cast(0 as bigint) as min_lines,
    pairs_by_age.model_id,
    pairs_by_age.endpoint,
    pairs_by_age.provider_model,
    pairs_by_age.parameters,
    pairs_by_age.combo_id,
    pairs_by_age.combo_key,
    pairs_by_age.first_gen_id as parent_gen_id,
    pairs_by_age.second_gen_id,
    cast(1 as bigint) as replicate,
    pairs_by_age.current_flag = 1 as is_current,
    pairs_by_age.wanted_flag = 1
    and {{ experiments_choice('stage', "'comparison'") }}
    and {{ experiments_choice('template', 'pairs_by_age.template_id') }}
    and {{ experiments_choice('model', 'pairs_by_age.model_id') }}
    and {{ experiments_choice('gen', 'pairs_by_age.gen_id') }} as is_asked
from pairs_by_age
where pairs_by_age.age = 1
