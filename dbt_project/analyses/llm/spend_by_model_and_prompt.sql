-- What each prompt cost at each model, and how many of its answers can be used.
select
    calls.model,
    calls.provider,
    calls.prompt_template,
    calls.prompt_version,
    count(*) as call_count,
    round(avg(cast(calls.status in ('ok', 'repaired') as integer)), 3) as usable_share,
    sum(calls.prompt_tokens) as prompt_tokens,
    sum(calls.completion_tokens) as completion_tokens,
    round(sum(calls.cost_usd), 4) as cost_usd
from llm.calls
group by calls.model, calls.provider, calls.prompt_template, calls.prompt_version
order by cost_usd desc, call_count desc
