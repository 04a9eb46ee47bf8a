-- depends_on: {{ ref('gate_experiments__after_staging') }}
with

cohorts as (
    select * from {{ ref('int_experiments__cohorts_identified') }}
),

memberships as (
    select * from {{ ref('int_experiments__memberships_planned') }}
),

members_counted as (
    select
        memberships.cohort_id,
        count(case when memberships.stage = 'draft' then 1 end) as draft_count,
        count(case when memberships.stage = 'essay' then 1 end) as essay_count,
        count(case when memberships.stage = 'evaluation' then 1 end) as evaluation_count
    from memberships
    group by memberships.cohort_id
)

select
    cohorts.cohort_id,
    cohorts.study,
    cohorts.study_version,
    cohorts.level,
    cohorts.definition,
    cast(cohorts.k_max as bigint) as k_max,
    cast(cohorts.combo_count as bigint) as combo_count,
    cast(coalesce(members_counted.draft_count, 0) as bigint) as draft_count,
    cast(coalesce(members_counted.essay_count, 0) as bigint) as essay_count,
    cast(coalesce(members_counted.evaluation_count, 0) as bigint) as evaluation_count,
    cohorts.is_current,
    cohorts.is_reevaluation,
    cast(cohorts.first_landed_at as timestamp) as created_at
from cohorts
left join members_counted on cohorts.cohort_id = members_counted.cohort_id
