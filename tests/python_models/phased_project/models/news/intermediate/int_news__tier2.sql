{{ config(meta={"phase": "4 tier2_batch"}) }}
select
    tier1.run_id,
    tier1.thing_id,
    tier1.score,
    answers.status as llm_status,
    answers.machine
from {{ ref("int_news__tier1") }} as tier1
inner join {{ ref("llm_news__relevance_scored") }} as answers using (machine)
where tier1.passed
order by tier1.thing_id
