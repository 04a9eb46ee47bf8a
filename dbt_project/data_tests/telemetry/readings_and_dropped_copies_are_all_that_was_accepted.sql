-- what landed and did not give way = what is put in order, of all days; and where it
-- was built anew, that = what is kept + the exact copies that were dropped
with

readings_ordered as (
    {{ rebuilt('int_telemetry__readings_ordered') }}
),

readings_deduplicated as (
    {{ rebuilt('int_telemetry__readings_deduplicated') }}
),

landed as (
    select count(*) as landed_count
    from {{ ref('int_telemetry__readings_kept') }}
),

ordered as (
    select count(*) as ordered_count
    from {{ ref('int_telemetry__readings_ordered') }}
),

rebuilt as (
    select count(*) as rebuilt_count
    from readings_ordered
),

kept as (
    select
        count(*) as kept_count,
        cast(coalesce(sum(duplicate_count), 0) as bigint) as dropped_count
    from readings_deduplicated
)

select
    landed.landed_count,
    ordered.ordered_count,
    rebuilt.rebuilt_count,
    kept.kept_count,
    kept.dropped_count
from landed
cross join ordered
cross join rebuilt
cross join kept
where
    landed.landed_count <> ordered.ordered_count
    or rebuilt.rebuilt_count <> kept.kept_count + kept.dropped_count
