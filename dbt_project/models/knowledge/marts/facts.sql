-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

facts as (
    select * from {{ ref('int_knowledge__facts') }}
),

facts_released as (
    select
        facts.fact_id,
        facts.object_id,
        facts.version,
        facts.extractor_id,
        facts.source,
        facts.tier,
        facts.field,
        facts.subject_type,
        facts.subject_name,
        facts.subject_key,
        facts.subject_strong,
        facts.predicate,
        facts.object_type,
        facts.object_name,
        facts.object_key,
        facts.object_strong,
        facts.value,
        facts.polarity,
        facts.time_expression,
        facts.call_id,
        facts.content_hash,
        facts.confidence,
        facts.evidence_start,
        facts.evidence_end,
        facts.said_at,
        facts.valid_from,
        facts.valid_to
    from facts
)

select * from facts_released
