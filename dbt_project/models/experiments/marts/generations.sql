-- Every generation of any cohort that has an answer, and those the newest versions wait
-- for. The ledger holds every answer, so that building this anew asks nothing.
-- depends_on: {{ ref('gate_experiments__after_llm') }}
with

generations as (
    select * from {{ ref('int_experiments__drafts_checked') }}
    union all
    select * from {{ ref('int_experiments__essays_checked') }}
    union all
    select * from {{ ref('int_experiments__evaluations_checked') }}
)

select
    generations.gen_id,
    generations.stage,
    generations.status,
    generations.error,
    generations.prompt,
    generations.raw,
    generations.parsed,
    generations.parse_error,
    generations.provider,
    generations.model_id,
    generations.model,
    generations.endpoint,
    generations.parameters,
    generations.template_id,
    generations.template_hash,
    generations.generator,
    generations.parser,
    generations.combo_id,
    generations.parent_gen_id,
    generations.replicate,
    generations.scale_min,
    generations.scale_max,
    generations.finish_reason,
    generations.call_id,
    generations.prompt_tokens,
    generations.completion_tokens,
    generations.cost_usd,
    generations.seconds,
    generations.is_due,
    generations.asked_at
from generations
where generations.is_due or generations.status <> 'pending'
