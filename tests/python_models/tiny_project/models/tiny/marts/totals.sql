select
    things.thing_date,
    count(*) as thing_count,
    sum(things.value) * {{ var('exchange_rate', 1) }} as total,
    '{{ invocation_id }}' as invocation_id
from {{ ref('things') }} as things
group by things.thing_date
