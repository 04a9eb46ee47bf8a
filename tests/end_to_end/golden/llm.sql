select 'calls: ' || step || ', ' || status as figure, count(*) as value
from llm.calls
where node like 'llm_$product\_\_%' escape '\'
group by step, status
union all
select 'prompt tokens: ' || step, sum(prompt_tokens)
from llm.calls
where node like 'llm_$product\_\_%' escape '\'
group by step
union all
select 'completion tokens: ' || step, sum(completion_tokens)
from llm.calls
where node like 'llm_$product\_\_%' escape '\'
group by step
union all
select 'USD: ' || step, sum(cost_usd)
from llm.calls
where node like 'llm_$product\_\_%' escape '\'
group by step
