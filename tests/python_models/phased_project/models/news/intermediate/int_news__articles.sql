{{ config(meta={"phase": "2 scraping"}) }}
-- depends_on: {{ ref("phase_news__01_initialization") }}
select
    this_run.run_id,
    things.thing_id,
    things.value,
    'a "quoted" text, ' || chr(10) || ' of € ' || things.thing_id as title,
    this_run.as_of as published_at,
    [things.thing_id, 2] as numbers,
    cast(null as varchar) as nothing
from {{ ref("stg_news__things") }} as things
inner join {{ ref("int_news__run") }} as this_run using (run_id)
order by things.thing_id
