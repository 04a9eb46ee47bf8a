-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

embedded as (
    select * from {{ ref('llm_knowledge__embedded') }}
),

embeddings as (
    select
        embedded.text_hash,
        embedded.embedder_id,
        embedded.tier,
        embedded.call_id,
        embedded.dimensions,
        embedded.vector
    from embedded
    where embedded.status = 'ok'
)

select * from embeddings
