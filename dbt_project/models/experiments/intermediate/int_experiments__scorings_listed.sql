{{ config(materialized=as_view()) }}
-- Texts of each cohort beside the scorers of its newest version. Scorers ask nobody, so
-- they are no part of what a cohort is.
with

cohorts as (
    select * from {{ ref('int_experiments__cohorts_identified') }}
),

scorers as (
    select * from {{ ref('stg_experiments__scorers') }}
    where is_active
),

memberships as (
    select * from {{ ref('int_experiments__memberships_planned') }}
    where stage = 'essay'
),

essays as (
    select * from {{ ref('int_experiments__essays_checked') }}
)

select
    cohorts.cohort_id,
    essays.gen_id,
    scorers.scorer_id,
    scorers.scorer_hash,
    scorers.kind,
    scorers.argument,
    scorers.lowest,
    scorers.highest,
    essays.parsed as text
from cohorts
inner join scorers on cohorts.load_id = scorers.load_id
inner join memberships on cohorts.cohort_id = memberships.cohort_id
inner join essays on memberships.gen_id = essays.gen_id
where essays.parsed is not null
