{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook='{{ conversations_forget_touched() }}',
) }}
-- Each check gives a score from 0 to 1; null where it says nothing of a conversation.
{% set settings = [
    'min_conversation_chars', 'max_conversation_chars', 'max_turns', 'full_answer_chars',
    'truncation_min_chars', 'language_min_chars', 'language_min_confidence',
    'diversity_floor', 'diversity_full', 'answer_share_full', 'question_share_full',
] %}
{% set allowed = (var('conversations_languages', none) or '') | string %}
{% set listed = ',' ~ dbt.escape_single_quotes(allowed | replace(' ', '')) ~ ',' %}
with

conversations as (
    select * from {{ ref('int_conversations__conversations_touched') }}
),

measured as (
    select * from {{ ref('int_conversations__conversations_measured') }}
),

languages as (
    select * from {{ ref('int_conversations__languages_detected') }}
),

found as (
    select * from {{ ref('int_conversations__findings_counted') }}
),

thresholds as (
    select
        {% for setting in settings -%}
        max(case when setting = '{{ setting }}' then value end) as {{ setting }},
        {% endfor -%}
        max(case when setting = 'personal_data_penalty' then value end)
            as personal_data_penalty
    from {{ ref('conversations_thresholds') }}
),

described as (
    select
        measured.conversation_id,
        measured.last_role,
        measured.last_answer_end,
        measured.turn_count,
        measured.user_turn_count,
        measured.answer_count,
        measured.empty_turn_count,
        measured.out_of_order_count,
        measured.char_count,
        measured.user_char_count,
        measured.answer_char_count,
        measured.last_answer_char_count,
        measured.loop_count,
        measured.repeated_answer_count,
        measured.distinct_share,
        measured.is_fence_open,
        case
            when languages.confidence = 1.0 then languages.language
            when
                measured.char_count >= thresholds.language_min_chars
                and languages.confidence >= thresholds.language_min_confidence
                then languages.language
        end as language,
        coalesce(found.pii_count, 0) as pii_count,
        coalesce(found.card_count, 0) as card_count,
        coalesce(found.damaged_turn_count, 0) as damaged_turn_count,
        coalesce(found.refused_weight, 0e0) as refused_weight,
        coalesce(found.toxicity, 0e0) as toxicity,
        coalesce(found.assistant_toxicity, 0e0) as assistant_toxicity
    from conversations
    inner join measured on conversations.conversation_id = measured.conversation_id
    left join languages on measured.conversation_id = languages.conversation_id
    left join found on measured.conversation_id = found.conversation_id
    cross join thresholds
),

checks_scored as (
    select
        described.conversation_id,
        described.language,
        described.pii_count,
        described.toxicity,
        greatest(
            0e0, 1e0 - 2e0 * described.out_of_order_count / described.turn_count
        ) as role_order,
        case
            when described.answer_count = 0 or described.user_turn_count = 0 then 0e0
            when described.last_role = 'assistant' then 1e0
            else 6e-1
        end as answered,
        1e0 - 1e0 * described.empty_turn_count / described.turn_count as empty_turns,
        case
            when
                described.char_count < thresholds.min_conversation_chars
                or described.char_count > thresholds.max_conversation_chars
                or described.turn_count > thresholds.max_turns
                then 0e0
            else
                least(
                    1e0,
                    greatest(
                        1e-1,
                        described.answer_char_count
                        / nullif(described.answer_count, 0)
                        / thresholds.full_answer_chars
                    )
                )
        end as length,
        1e0 - 1e0 * described.damaged_turn_count / described.turn_count as encoding,
        case
            when described.answer_count = 0 then null
            when described.is_fence_open then 0e0
            when
                described.last_answer_char_count >= thresholds.truncation_min_chars
                and {{ text_matches('described.last_answer_end', '[a-zà-öø-ÿ,;(-]') }}
                then 0e0
            else 1e0
        end as truncation,
        case
            when
                '{{ listed }}' <> ',,'
                and position(',' || described.language || ',' in '{{ listed }}') = 0
                then 0e0
            when described.language is not null then 1e0
            when described.char_count < thresholds.language_min_chars then null
            else 6e-1
        end as language_score,
        case
            when described.answer_count > 0
                then
                    greatest(
                        0e0,
                        1e0 - 1e0 * (
                            described.loop_count + described.repeated_answer_count
                        ) / described.answer_count
                    )
        end as repetition,
        case
            when described.answer_count > 0
                then
                    greatest(
                        0e0, 1e0 - described.refused_weight / described.answer_count
                    )
        end as boilerplate,
        case
            when described.card_count > 0 then 0e0
            else
                greatest(
                    0e0, 1e0 - thresholds.personal_data_penalty * described.pii_count
                )
        end as personal_data,
        1e0 - described.assistant_toxicity as toxicity_score,
        case
            when described.user_char_count + described.answer_char_count > 0
                then
                    least(
                        1e0,
                        1e0 * described.answer_char_count
                        / (described.user_char_count + described.answer_char_count)
                        / thresholds.answer_share_full,
                        1e0 * described.user_char_count
                        / (described.user_char_count + described.answer_char_count)
                        / thresholds.question_share_full
                    )
        end as turn_balance,
        -- least and greatest pass over a null, which would be a score of nothing
        case
            when described.distinct_share is not null
                then
                    least(
                        1e0,
                        greatest(
                            0e0,
                            (described.distinct_share - thresholds.diversity_floor)
                            / (thresholds.diversity_full - thresholds.diversity_floor)
                        )
                    )
        end as lexical_diversity
    from described
    cross join thresholds
)

select * from checks_scored
