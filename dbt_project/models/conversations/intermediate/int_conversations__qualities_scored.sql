-- depends_on: {{ ref('gate_conversations__after_llm') }}
with

tiers as (
    select * from {{ ref('int_conversations__tiers_scored') }}
),

findings as (
    select * from {{ ref('int_conversations__findings_counted') }}
),

judgements as (
    select * from {{ ref('int_conversations__judgements_checked') }}
),

thresholds as (
    select
        max(case when setting = 'keep_score' then value end) as keep_score,
        max(case when setting = 'premium_score' then value end) as premium_score,
        max(case when setting = 'toxicity_flag' then value end) as toxicity_flag
    from {{ ref('conversations_thresholds') }}
),

judge_weights as (
    select
        max(weight) as judged_weight,
        max(floor_score) as judged_floor,
        max(recommendation) as judged_advice
    from {{ ref('conversations_quality_weights') }}
    where tier = 'judged'
),

conversations_with_parts as (
    select
        tiers.conversation_id,
        tiers.failed_check,
        tiers.weakest_check,
        tiers.recommendations
        || coalesce(' (' || findings.phrase_places || ')', '') as recommendations,
        'remove or mask ' || findings.personal_data_places as masking,
        {{ conversations_weak_criteria('judgements') }} as weaknesses,
        coalesce(judgements.status, 'not_asked') as judged_status,
        tiers.structure_score,
        tiers.content_score,
        case when judgements.is_usable then judgements.judged_score end as judged_score,
        tiers.structure_weight,
        tiers.content_weight,
        coalesce(findings.toxicity, 0e0) as toxicity,
        coalesce(findings.pii_count, 0) as pii_count,
        coalesce(findings.refused_weight, 0e0) > 0 as is_refusing,
        coalesce(findings.damaged_turn_count, 0) > 0 as is_damaged,
        tiers.is_structurally_valid and tiers.is_content_valid as is_valid,
        coalesce(findings.is_crisis, false) as is_crisis,
        coalesce(findings.is_support_named, false) as is_support_named
    from tiers
    left join findings on tiers.conversation_id = findings.conversation_id
    left join judgements on tiers.conversation_id = judgements.conversation_id
),

conversations_with_score as (
    select
        conversations_with_parts.conversation_id,
        conversations_with_parts.failed_check,
        conversations_with_parts.weakest_check,
        conversations_with_parts.judged_status,
        conversations_with_parts.structure_score,
        conversations_with_parts.content_score,
        conversations_with_parts.judged_score,
        conversations_with_parts.toxicity,
        conversations_with_parts.pii_count,
        conversations_with_parts.is_valid,
        conversations_with_parts.is_crisis,
        (
            coalesce(
                conversations_with_parts.structure_score
                * conversations_with_parts.structure_weight, 0.0
            )
            + coalesce(
                conversations_with_parts.content_score
                * conversations_with_parts.content_weight, 0.0
            )
            + coalesce(
                conversations_with_parts.judged_score * judge_weights.judged_weight, 0.0
            )
        ) / (
            coalesce(conversations_with_parts.structure_weight, 0e0)
            + coalesce(conversations_with_parts.content_weight, 0e0)
            + case
                when conversations_with_parts.judged_score is null then 0.0
                else judge_weights.judged_weight
            end
        ) as score,
        coalesce(conversations_with_parts.recommendations || '; ', '')
        || case
            when conversations_with_parts.judged_score < judge_weights.judged_floor
                then judge_weights.judged_advice || conversations_with_parts.weaknesses
            else ''
        end
        || coalesce(conversations_with_parts.masking || '; ', '')
        || case
            when
                conversations_with_parts.is_crisis
                and not conversations_with_parts.is_support_named
                then
                    'have a person look at it: somebody tells of danger and no answer '
                    || 'names where help is found; '
            else ''
        end as advice,
        case when conversations_with_parts.is_crisis then 'crisis ' else '' end
        || case
            when
                conversations_with_parts.is_crisis
                and not conversations_with_parts.is_support_named
                then 'crisis_without_support '
            else ''
        end
        || case when conversations_with_parts.is_damaged then 'damaged ' else '' end
        || case
            when conversations_with_parts.pii_count > 0 then 'personal_data '
            else ''
        end
        || case when conversations_with_parts.is_refusing then 'refusal ' else '' end
        || case
            when conversations_with_parts.toxicity >= thresholds.toxicity_flag
                then 'toxic'
            else ''
        end as flags
    from conversations_with_parts
    cross join judge_weights
    cross join thresholds
),

qualities_scored as (
    select
        conversations_with_score.conversation_id,
        case
            when
                not conversations_with_score.is_valid
                or conversations_with_score.score < thresholds.keep_score
                then 'below'
            when conversations_with_score.score >= thresholds.premium_score
                then 'premium'
            else 'keep'
        end as grade,
        conversations_with_score.judged_status,
        conversations_with_score.failed_check,
        nullif(
            case
                when
                    conversations_with_score.advice = ''
                    and conversations_with_score.score < thresholds.keep_score
                    then
                        'raise the weakest check: '
                        || conversations_with_score.weakest_check
                else trim(trailing '; ' from conversations_with_score.advice)
            end, ''
        ) as recommendations,
        nullif(trim(conversations_with_score.flags), '') as flags,
        {{ round_to('conversations_with_score.score', 9) }} as score,
        conversations_with_score.structure_score,
        conversations_with_score.content_score,
        conversations_with_score.judged_score,
        conversations_with_score.toxicity,
        cast(conversations_with_score.pii_count as bigint) as pii_count,
        conversations_with_score.is_valid,
        conversations_with_score.is_crisis as is_flagged_for_care
    from conversations_with_score
    cross join thresholds
)

select * from qualities_scored
