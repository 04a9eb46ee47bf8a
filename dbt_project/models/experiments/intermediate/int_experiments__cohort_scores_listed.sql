{{ config(materialized=as_view(kept=true)) }}
-- Scores as each cohort sees them, and once for `all`: a score shared by cohorts
-- counts once there.
with

scores as (
    select * from {{ ref('scores') }}
),

membership as (
    select * from {{ ref('membership') }}
),

cohorts_of_scores as (
    select
        membership.cohort_id,
        membership.gen_id
    from membership
    where membership.stage = 'evaluation'
    union all
    select
        'all' as cohort_id,
        scores.gen_id
    from scores
)

select
    cohorts_of_scores.cohort_id,
    scores.*
from cohorts_of_scores
inner join scores on cohorts_of_scores.gen_id = scores.gen_id
