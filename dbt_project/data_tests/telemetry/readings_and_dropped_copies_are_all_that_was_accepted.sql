-- what landed and did not give way = what is kept + the exact copies that were dropped
with

landed as (
    select count(*) as reading_count
    from {{ ref('int_telemetry__readings_kept') }}
),

ordered as (
    select
        count(*) as reading_count,
        count(*) filter (where shares_its_time) as shared_count
    from {{ ref('int_telemetry__readings_ordered') }}
),

kept as (
    select
        count(*) as kept_count,
        cast(coalesce(sum(duplicate_count), 0) as bigint) as dropped_count
    from {{ ref('int_telemetry__readings_deduplicated') }}
)

select
    landed.reading_count as landed_count,
    kept.kept_count,
    kept.dropped_count
from landed
cross join ordered
cross join kept
where
    landed.reading_count <> kept.kept_count + kept.dropped_count
    or landed.reading_count <> ordered.reading_count
