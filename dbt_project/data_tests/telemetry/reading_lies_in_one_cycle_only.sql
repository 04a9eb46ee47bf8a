-- Finding its cycle by time must neither lose a reading nor double it.
with

before as (
    select count(*) as reading_count
    from {{ ref('int_telemetry__readings_deduplicated') }}
),

after as (
    select count(*) as reading_count
    from {{ ref('int_telemetry__readings_sessioned') }}
)

select
    before.reading_count,
    after.reading_count as sessioned_count
from before
cross join after
where before.reading_count <> after.reading_count
