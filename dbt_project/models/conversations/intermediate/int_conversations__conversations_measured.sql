{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook='{{ conversations_forget_touched() }}',
) }}
-- depends_on: {{ ref('stg_conversations__files') }}
-- depends_on: {{ ref('stg_conversations__datasets') }}
-- All that can be counted is counted here in one reading of the turns. Regular
-- expressions over whole texts are what costs: none is used.
{% set blanks = "' \n\t\r'" %}
with

conversations as (
    select * from {{ ref('int_conversations__conversations_touched') }}
),

messages as (
    select * from {{ ref('stg_conversations__messages') }}
    where {{ conversations_is_touched() }}
),

thresholds as (
    select
        max(case when setting = 'loop_min_chars' then value end) as loop_min_chars,
        max(case when setting = 'loop_share' then value end) as loop_share
    from {{ ref('conversations_thresholds') }}
),

turns as (
    select
        messages.conversation_id,
        messages.role,
        case
            -- a signature, a list and an address end without a stop as a rule
            when
                rtrim(right(messages.content, 60), {{ blanks }}) like {{ "'%\n%'" }}
                or right(messages.content, 120) like '%http%'
                or right(messages.content, 120) like '%www.%'
                then '.'
            else right(rtrim(right(messages.content, 24), {{ blanks }}), 1)
        end as last_character,
        case
            when messages.role = 'assistant' and messages.content <> ''
                then
                    length(messages.content) || left(messages.content, 24)
                    || right(messages.content, 24)
        end as answer_mark,
        messages.turn,
        length(messages.content) as char_count,
        messages.token_estimate,
        case
            -- the beginning of the first answer stands for the vocabulary of all, as a
            -- share of distinct words means nothing across lengths; text without spaces
            -- has no words
            when
                messages.role = 'assistant' and messages.turn <= 2
                and length(messages.content) >= 100
                and left(messages.content, 100) like '% % % % % % %'
                then
                    {{ distinct_word_share('lower(left(messages.content, 200))') }}
        end as distinct_share,
        case
            -- trimming a long text costs; most begin with a word
            when trim(left(messages.content, 24), {{ blanks }}) <> '' then false
            else trim(messages.content, {{ blanks }}) = ''
        end as is_empty,
        case
            -- an answer that goes round in circles ends as it went before: its last
            -- words stand in it already, and make up much of it
            when
                messages.role <> 'assistant'
                or length(messages.content) < thresholds.loop_min_chars
                or position(
                    right(messages.content, 30)
                    in left(messages.content, length(messages.content) - 30)
                ) = 0
                then false
            else
                length(messages.content)
                - length(replace(messages.content, right(messages.content, 30), ''))
                >= thresholds.loop_share * length(messages.content)
                or (
                    length(messages.content) >= 400
                    and position(
                        right(messages.content, 100)
                        in left(messages.content, length(messages.content) - 100)
                    ) > 0
                )
        end as is_loop,
        messages.content like '%```%'
        and mod(
            length(messages.content) - length(replace(messages.content, '`', '')), 6
        ) = 3 as is_fence_open
    from messages
    inner join conversations on messages.record_id = conversations.record_id
    cross join thresholds
),

turns_in_order as (
    select
        turns.conversation_id,
        turns.role,
        turns.last_character,
        turns.answer_mark,
        turns.turn,
        turns.char_count,
        turns.token_estimate,
        turns.distinct_share,
        turns.is_empty,
        turns.is_loop,
        turns.is_fence_open,
        -- a conversation begins as if a system turn had gone before
        coalesce(lag(turns.role) over (
            partition by turns.conversation_id order by turns.turn
        ), 'system') || '>' || turns.role in (
            'system>system', 'system>user', 'assistant>user', 'tool>user',
            'user>assistant', 'tool>assistant', 'assistant>tool', 'tool>tool'
        ) as is_in_order
    from turns
),

conversations_measured as (
    select
        turns_in_order.conversation_id,
        max_by(
            turns_in_order.role,
            case when not turns_in_order.is_empty then turns_in_order.turn end
        ) as last_role,
        max_by(
            turns_in_order.last_character,
            case when turns_in_order.role = 'assistant' then turns_in_order.turn end
        ) as last_answer_end,
        count(*) as turn_count,
        sum(
            case
                when turns_in_order.role = 'user' and not turns_in_order.is_empty then 1
                else 0
            end
        ) as user_turn_count,
        sum(
            case
                when turns_in_order.role = 'assistant' and not turns_in_order.is_empty
                    then 1
                else 0
            end
        ) as answer_count,
        sum(case when turns_in_order.is_empty then 1 else 0 end) as empty_turn_count,
        sum(case when turns_in_order.is_in_order then 0 else 1 end)
            as out_of_order_count,
        sum(turns_in_order.char_count) as char_count,
        sum(
            case
                when turns_in_order.role = 'user' then turns_in_order.char_count
                else 0
            end
        ) as user_char_count,
        sum(
            case
                when turns_in_order.role = 'assistant'
                    then turns_in_order.char_count
                else 0
            end
        ) as answer_char_count,
        max_by(
            turns_in_order.char_count,
            case when turns_in_order.role = 'assistant' then turns_in_order.turn end
        ) as last_answer_char_count,
        sum(turns_in_order.token_estimate) as token_estimate,
        sum(case when turns_in_order.is_loop then 1 else 0 end) as loop_count,
        count(turns_in_order.answer_mark)
        - count(distinct turns_in_order.answer_mark) as repeated_answer_count,
        max(turns_in_order.distinct_share) as distinct_share,
        coalesce(bool_or(turns_in_order.is_fence_open), false) as is_fence_open
    from turns_in_order
    group by turns_in_order.conversation_id
),

conversations_typed as (
    select
        conversations_measured.conversation_id,
        conversations_measured.last_role,
        conversations_measured.last_answer_end,
        {% for count in [
            'turn_count', 'user_turn_count', 'answer_count', 'empty_turn_count',
            'out_of_order_count', 'char_count', 'user_char_count', 'answer_char_count',
            'last_answer_char_count', 'token_estimate', 'loop_count',
            'repeated_answer_count',
        ] -%}
        cast(conversations_measured.{{ count }} as bigint) as {{ count }},
        {% endfor -%}
        conversations_measured.distinct_share,
        conversations_measured.is_fence_open
    from conversations_measured
)

select * from conversations_typed
