-- depends_on: {{ ref('gate_conversations__after_llm') }}
with

qualities as (
    select * from {{ ref('int_conversations__qualities_scored') }}
),

checks as (
    select * from {{ ref('int_conversations__checks_scored') }}
),

records_of_tiers as (
    select
        conversation_id,
        min(case tier when 'open' then 1 when 'restricted' then 2 else 3 end) as place
    from {{ ref('int_conversations__records_validated') }}
    group by conversation_id
),

quality as (
    select
        qualities.conversation_id,
        checks.language,
        case records_of_tiers.place
            when 1 then 'open' when 2 then 'restricted' else 'private'
        end as tier,
        qualities.grade,
        qualities.judged_status,
        qualities.failed_check,
        qualities.recommendations,
        qualities.flags,
        qualities.score,
        qualities.structure_score,
        qualities.content_score,
        qualities.judged_score,
        {% for check in [
            'role_order', 'answered', 'empty_turns', 'length', 'encoding', 'truncation'
        ] -%}
        cast(checks.{{ check }} as double) as {{ check }}_score,
        {% endfor -%}
        cast(checks.language_score as double) as language_score,
        {% for check in ['repetition', 'boilerplate', 'personal_data'] -%}
        cast(checks.{{ check }} as double) as {{ check }}_score,
        {% endfor -%}
        cast(checks.toxicity_score as double) as toxicity_score,
        cast(checks.turn_balance as double) as turn_balance_score,
        cast(checks.lexical_diversity as double) as lexical_diversity_score,
        qualities.toxicity,
        qualities.pii_count,
        qualities.is_flagged_for_care
    from qualities
    inner join checks on qualities.conversation_id = checks.conversation_id
    left join records_of_tiers
        on qualities.conversation_id = records_of_tiers.conversation_id
)

select * from quality
