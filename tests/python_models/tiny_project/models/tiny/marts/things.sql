-- depends_on: {{ ref('gate_tiny__after_staging') }}
select
    things.thing_id,
    things.value * {{ var('factor', 1) }} as value,
    things.thing_date
from {{ ref('stg_tiny__things') }} as things
