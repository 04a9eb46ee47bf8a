-- How old the newest record of each source is, the oldest first.
select
    freshness.domain,
    freshness.source,
    freshness.newest_record_at,
    freshness.landed_at,
    round(freshness.age_seconds / 3600, 1) as age_hours,
    freshness.files as file_count
from ops.freshness
order by freshness.age_seconds desc nulls last, freshness.domain asc
