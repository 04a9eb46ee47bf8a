{{ config(materialized="view", meta={"phase": "2 scraping"}) }}
select
    run_id,
    cast(thing_id as bigint) as thing_id,
    cast(value as double) as value
from read_csv('{{ env_var("TINY_THINGS") }}', header = true, all_varchar = true)
