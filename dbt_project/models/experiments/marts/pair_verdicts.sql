-- The ledger holds every answer, so that building this anew asks nothing.
-- depends_on: {{ ref('gate_experiments__after_llm') }}
with

pairs_checked as (
    select * from {{ ref('int_experiments__pairs_checked') }}
),

pairs_planned as (
    select * from {{ ref('int_experiments__pairs_planned') }}
),

pairs_read as (
    select
        pairs_checked.*,
        {{ json_text('pairs_checked.parsed', 'winner') }} as winner,
        {{ json_text('pairs_checked.parsed', 'reason') }} as reason
    from pairs_checked
)

select
    pairs_read.gen_id,
    pairs_read.parent_gen_id as first_gen_id,
    pairs_planned.second_gen_id,
    pairs_read.combo_id,
    pairs_read.template_id,
    pairs_read.template_hash,
    pairs_read.model_id,
    pairs_read.status,
    pairs_read.error,
    case pairs_read.winner
        when 'A' then 'first'
        when 'B' then 'second'
        when 'tie' then 'tie'
    end as verdict,
    case pairs_read.winner
        when 'A' then pairs_read.parent_gen_id
        when 'B' then pairs_planned.second_gen_id
    end as chosen_gen_id,
    pairs_read.reason,
    pairs_read.prompt,
    pairs_read.raw,
    pairs_read.provider,
    pairs_read.model,
    pairs_read.endpoint,
    pairs_read.parameters,
    pairs_read.finish_reason,
    pairs_read.call_id,
    pairs_read.prompt_tokens,
    pairs_read.completion_tokens,
    pairs_read.cost_usd,
    pairs_read.seconds,
    pairs_read.is_due,
    pairs_read.asked_at
from pairs_read
inner join pairs_planned on pairs_read.gen_id = pairs_planned.gen_id
where pairs_read.is_due or pairs_read.status <> 'pending'
