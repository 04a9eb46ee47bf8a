-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

facts_read as (
    select * from {{ ref('int_knowledge__facts_read') }}
),

facts as (
    select fact_id from {{ ref('int_knowledge__facts') }}
),

fact_chunks as (
    select
        facts_read.fact_id,
        facts_read.chunk_id,
        facts_read.chunker_id,
        facts_read.extractor_id,
        facts_read.text_hash,
        min(facts_read.ordinal) as ordinal
    from facts_read
    inner join facts on facts_read.fact_id = facts.fact_id
    group by
        facts_read.fact_id,
        facts_read.chunk_id,
        facts_read.chunker_id,
        facts_read.extractor_id,
        facts_read.text_hash
)

select * from fact_chunks
