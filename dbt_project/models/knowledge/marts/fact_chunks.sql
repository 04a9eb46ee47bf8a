-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

facts_located as (
    select * from {{ ref('int_knowledge__facts_located') }}
),

facts as (
    select
        fact_id,
        tier
    from {{ ref('int_knowledge__facts') }}
),

fact_chunks as (
    select
        facts_located.fact_id,
        facts_located.chunk_id,
        facts_located.chunker_id,
        facts_located.extractor_id,
        facts_located.text_hash,
        min(facts.tier) as tier,
        min(facts_located.ordinal) as ordinal
    from facts_located
    inner join facts on facts_located.fact_id = facts.fact_id
    group by
        facts_located.fact_id,
        facts_located.chunk_id,
        facts_located.chunker_id,
        facts_located.extractor_id,
        facts_located.text_hash
)

select * from fact_chunks
