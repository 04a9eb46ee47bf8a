-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

statements as (
    select * from {{ ref('int_knowledge__statements') }}
),

text_tiers as (
    select
        text_hash,
        min(case tier when 'open' then 1 when 'restricted' then 2 else 3 end) as place
    from {{ ref('int_knowledge__chunks') }}
    group by text_hash
),

statements_released as (
    select
        statements.text_hash,
        statements.extractor_id,
        statements.ordinal,
        statements.subject_type,
        statements.subject_name,
        statements.predicate,
        statements.object_type,
        statements.object_name,
        statements.value,
        statements.polarity,
        statements.time_expression,
        statements.found,
        statements.call_id,
        case text_tiers.place
            when 1 then 'open' when 2 then 'restricted' else 'private'
        end as tier,
        statements.confidence,
        statements.subject_ordinal,
        statements.object_ordinal,
        statements.evidence_start,
        statements.evidence_end
    from statements
    inner join text_tiers on statements.text_hash = text_tiers.text_hash
)

select * from statements_released
