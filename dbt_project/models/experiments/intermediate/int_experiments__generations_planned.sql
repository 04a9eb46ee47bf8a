-- One question for all cohorts that share it, with the settings of the newest of them.
-- Asked are the newest versions of studies, or the cohort a run is restricted to, by
-- its id or as the newest of a study; old answers are kept.
with

memberships as (
    select * from {{ ref('int_experiments__memberships_planned') }}
),

cohorts as (
    select * from {{ ref('int_experiments__cohorts_identified') }}
),

templates as (
    select * from {{ ref('stg_experiments__templates') }}
),

memberships_by_age as (
    select
        memberships.*,
        cohorts.load_id,
        row_number() over (
            partition by memberships.gen_id
            order by
                case when memberships.is_lineage then 1 else 0 end asc,
                cohorts.landed_at desc, cohorts.cohort_id asc
        ) as age,
        max(case
            when memberships.is_lineage then 0
            when {{ cohort_asked('memberships.cohort_id') }} then 1
            else 0
        end) over (partition by memberships.gen_id) as wanted_flag,
        max(case when cohorts.is_current then 1 else 0 end) over (
            partition by memberships.gen_id
        ) as current_flag
    from memberships
    inner join cohorts on memberships.cohort_id = cohorts.cohort_id
)

select
    memberships_by_age.gen_id,
    memberships_by_age.stage,
    memberships_by_age.template_id,
    memberships_by_age.template_hash,
    templates.generator,
    templates.parser,
    templates.scale_min,
    templates.scale_max,
    templates.min_lines,
    memberships_by_age.model_id,
    memberships_by_age.endpoint,
    memberships_by_age.provider_model,
    memberships_by_age.parameters,
    memberships_by_age.combo_id,
    memberships_by_age.combo_key,
    memberships_by_age.parent_gen_id,
    memberships_by_age.replicate,
    memberships_by_age.current_flag = 1 as is_current,
    memberships_by_age.wanted_flag = 1
    and {{ experiments_choice('stage', 'memberships_by_age.stage') }}
    and {{ experiments_choice('template', 'memberships_by_age.template_id') }}
    and {{ experiments_choice('model', 'memberships_by_age.model_id') }}
    and {{ experiments_choice('gen', 'memberships_by_age.gen_id') }} as is_asked
from memberships_by_age
inner join templates
    on
        memberships_by_age.load_id = templates.load_id
        and memberships_by_age.stage = templates.kind
        and memberships_by_age.template_id = templates.template_id
where memberships_by_age.age = 1
