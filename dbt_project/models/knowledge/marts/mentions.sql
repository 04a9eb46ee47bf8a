-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

mentions as (
    select * from {{ ref('int_knowledge__mentions') }}
),

text_tiers as (
    select
        text_hash,
        min(case tier when 'open' then 1 when 'restricted' then 2 else 3 end) as place
    from {{ ref('int_knowledge__chunks') }}
    group by text_hash
),

mentions_released as (
    select
        mentions.text_hash,
        mentions.extractor_id,
        mentions.ordinal,
        mentions.type,
        mentions.name,
        mentions.found,
        mentions.call_id,
        case text_tiers.place
            when 1 then 'open' when 2 then 'restricted' else 'private'
        end as tier,
        mentions.confidence,
        mentions.span_start,
        mentions.span_end
    from mentions
    inner join text_tiers on mentions.text_hash = text_tiers.text_hash
)

select * from mentions_released
