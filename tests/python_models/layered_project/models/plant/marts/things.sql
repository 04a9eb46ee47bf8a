-- depends_on: {{ ref('gate_plant__after_staging') }}
select
    things.thing_id,
    things.machine,
    things.note,
    things.value * {{ var('factor', 1) }} as value,
    things.thing_date
from {{ ref('stg_plant__things') }} as things
