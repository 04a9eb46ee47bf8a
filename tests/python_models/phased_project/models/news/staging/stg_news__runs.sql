{{ config(materialized="view", meta={"phase": "1 initialization"}) }}
select
    cast(run_id as varchar) as run_id,
    cast(previous_run_id as varchar) as previous_run_id,
    cast(as_of as timestamp) as as_of
from read_csv('{{ env_var("TINY_RUNS") }}', header = true, all_varchar = true)
