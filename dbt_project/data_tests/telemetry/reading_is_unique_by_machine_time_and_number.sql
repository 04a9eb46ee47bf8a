-- Only readings of the same time can clash; all of these are looked at.
with

readings_deduplicated as (
    {{ rebuilt('int_telemetry__readings_deduplicated') }}
),

crowded_times as (
    select distinct
        control_id,
        reading_at
    from {{ ref('int_telemetry__readings_ordered') }}
    where shares_its_time
)

select
    readings_deduplicated.control_id,
    readings_deduplicated.reading_at,
    readings_deduplicated.reading_number,
    count(*) as reading_count
from readings_deduplicated
inner join crowded_times
    on
        readings_deduplicated.control_id = crowded_times.control_id
        and readings_deduplicated.reading_at = crowded_times.reading_at
group by
    readings_deduplicated.control_id,
    readings_deduplicated.reading_at,
    readings_deduplicated.reading_number
having count(*) > 1
