"""What the LLM page asks of the released ledger."""

from python_models.release.metrics.compiler import metric_sql

HEADLINE = metric_sql(
    {
        "llm_calls": "call_count",
        "llm_good_calls": "good_count",
        "llm_offline_calls": "offline_count",
        "llm_prompt_tokens": "prompt_tokens",
        "llm_completion_tokens": "completion_tokens",
        "llm_usd": "cost_usd",
    }
)
SAVED = metric_sql(
    {"calls_cached": "cached", "saved_usd": "saved_usd", "reuse_share": "reuse_share"}
)

NODES = "select distinct node from llm.calls where node is not null order by node"
TEMPLATES = """
select distinct prompt_template
from llm.calls
where prompt_template is not null
order by prompt_template
"""
STATUSES = "select distinct status from llm.calls where status is not null order by status"

CALLS = """
select
    asked_at,
    node,
    prompt_template,
    row_key,
    status,
    model,
    provider,
    prompt_tokens,
    completion_tokens,
    cost_usd,
    seconds,
    attempts,
    error,
    call_id
from llm.calls
where
    (len($nodes::varchar[]) = 0 or list_contains($nodes::varchar[], node))
    and (
        len($templates::varchar[]) = 0
        or list_contains($templates::varchar[], prompt_template)
    )
    and (len($statuses::varchar[]) = 0 or list_contains($statuses::varchar[], status))
    and (
        $key::varchar = ''
        or contains(lower(row_key), lower($key::varchar))
        or starts_with(call_id, $key::varchar)
    )
order by asked_at desc, call_id
limit 5000
"""

CALL = "select * from llm.calls where call_id = $call_id"

ATTEMPTS = """
select attempt, kind, state, http_status, finish_reason, error, seconds, asked_at
from llm.attempts
where call_id = $call_id
order by asked_at, attempt
"""

COSTS = """
select
    cost_date,
    coalesce(domain, 'other') as product,
    step,
    model,
    sum(calls)::bigint as calls,
    sum(cached)::bigint as cached,
    sum(prompt_tokens)::bigint as prompt_tokens,
    sum(completion_tokens)::bigint as completion_tokens,
    sum(prompt_tokens + completion_tokens)::bigint as tokens,
    sum(saved_tokens)::bigint as saved_tokens,
    sum(usd) as usd,
    sum(saved_usd) as saved_usd
from ops.costs
group by all
order by cost_date, product, step, model
"""

# the newest version of each prompt first
PROMPT_VERSIONS = """
select
    step,
    prompt_template,
    prompt_version,
    count(distinct model) as model_count,
    count(*) as calls,
    count(*) filter (where status in ('ok', 'repaired')) / count(*) as good_share,
    avg(cost_usd) as usd_per_call,
    min(asked_at) as first_asked_at,
    max(asked_at) as last_asked_at,
    prompt_hash
from llm.calls
where prompt_template is not null and prompt_hash is not null
group by step, prompt_template, prompt_version, prompt_hash
order by step, prompt_template, last_asked_at desc, prompt_hash
"""

# the newest row that both versions were asked about
PROMPT_PAIR = """
select
    calls_before.row_key,
    calls_before.input_messages as before,
    calls_after.input_messages as after
from llm.calls as calls_before
inner join llm.calls as calls_after
    on calls_before.row_key = calls_after.row_key
    and calls_before.step = calls_after.step
where
    calls_before.step = $step
    and calls_before.prompt_template = $template
    and calls_after.prompt_template = $template
    and calls_before.prompt_hash = $a
    and calls_after.prompt_hash = $b
order by calls_after.asked_at desc, calls_before.row_key
limit 1
"""

PROMPT_SAMPLES = """
select input_messages
from llm.calls
where step = $step and prompt_template = $template and prompt_hash = $hash
order by asked_at desc, call_id
limit 8
"""
