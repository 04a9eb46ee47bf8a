-- Finding its cycle by time must neither lose a reading nor double it.
with

readings_deduplicated as (
    {{ rebuilt('int_telemetry__readings_deduplicated') }}
),

readings_sessioned as (
    {{ rebuilt('int_telemetry__readings_sessioned') }}
),

before as (
    select count(*) as reading_count
    from readings_deduplicated
),

after as (
    select count(*) as reading_count
    from readings_sessioned
)

select
    before.reading_count,
    after.reading_count as sessioned_count
from before
cross join after
where before.reading_count <> after.reading_count
