{{ config(meta={"phase": "6 ranking"}) }}
-- depends_on: {{ ref("phase_news__04_tier2_batch") }}
select
    run_id,
    thing_id,
    row_number() over (order by score desc, thing_id) as rank
from {{ ref("int_news__tier2") }}
order by thing_id
