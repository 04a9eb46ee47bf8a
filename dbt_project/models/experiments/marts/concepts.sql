-- A concept as the newest version of its study says it that has it.
with

concepts as (
    select * from {{ ref('stg_experiments__concepts') }}
),

versions as (
    select * from {{ ref('int_experiments__versions_listed') }}
),

concepts_by_age as (
    {{ newest_of_versions(
        'concepts', ['concepts.source', 'concepts.concept_id', 'concepts.level']
    ) }}
)

select
    concepts_by_age.source as study,
    concepts_by_age.concept_id,
    concepts_by_age.level,
    concepts_by_age.name,
    concepts_by_age.description,
    concepts_by_age.tags,
    cast(concepts_by_age.length as bigint) as length,
    concepts_by_age.origin,
    concepts_by_age.is_active,
    concepts_by_age.is_current,
    concepts_by_age.study_version,
    cast(concepts_by_age.first_landed_at as timestamp) as first_landed_at
from concepts_by_age
where concepts_by_age.age = 1
