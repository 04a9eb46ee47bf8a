select
    things.thing_date,
    cast(count(*) as bigint) as thing_count,
    cast(sum(things.value) as bigint) as total,
    cast(count(judged.machine) as bigint) as judged_count
from {{ ref('things') }} as things
left join {{ ref('llm_plant__things_judged') }} as judged on things.machine = judged.machine
group by things.thing_date
