{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook='{{ conversations_forget_touched() }}',
) }}
-- depends_on: {{ ref('stg_conversations__files') }}
-- depends_on: {{ ref('stg_conversations__datasets') }}
-- All that can be counted is counted here in one reading of the turns. What costs is
-- walking through whole texts: no regular expression does, and an end is cut off once.
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

ends as (
    select
        messages.conversation_id,
        messages.role,
        messages.content,
        right(messages.content, 120) as content_end,
        messages.turn,
        length(messages.content) as char_count,
        messages.token_estimate,
        messages.role = 'assistant' as is_answer
    from messages
    inner join conversations on messages.record_id = conversations.record_id
),

turns as (
    select
        ends.conversation_id,
        ends.role,
        case
            -- a signature, a list and an address end without a stop as a rule
            when
                trim(trailing {{ blanks }} from right(ends.content_end, 60))
                like {{ "'%\n%'" }}
                or ends.content_end like '%http%' or ends.content_end like '%www.%'
                then '.'
            else right(trim(trailing {{ blanks }} from right(ends.content_end, 24)), 1)
        end as last_character,
        case
            when ends.is_answer and ends.content <> ''
                then
                    ends.char_count || left(ends.content, 24)
                    || right(ends.content_end, 24)
        end as answer_mark,
        ends.turn,
        ends.char_count,
        ends.token_estimate,
        case
            -- the beginning of the first answer stands for the vocabulary of all, as a
            -- share of distinct words means nothing across lengths; text without spaces
            -- has no words
            when
                ends.is_answer and ends.turn <= 2
                and ends.char_count >= 100
                and left(ends.content, 100) like '% % % % % % %'
                then
                    {{ distinct_word_share('lower(left(ends.content, 200))') }}
        end as distinct_share,
        case
            -- trimming a long text costs; most begin with a word
            when trim(both {{ blanks }} from left(ends.content, 24)) <> '' then false
            else trim(both {{ blanks }} from ends.content) = ''
        end as is_empty,
        {{ conversations_is_loop(
            'ends.content', 'ends.content_end', 'ends.char_count', 'ends.is_answer'
        ) }} as is_loop,
        case
            when ends.content like '%```%'
                then
                    mod(
                        ends.char_count - length(replace(ends.content, '`', '')), 6
                    ) = 3
            else false
        end as is_fence_open
    from ends
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
        coalesce(lag(turns.role) over (
            partition by turns.conversation_id order by turns.turn
        ), 'system') || '>' || turns.role in ({{ conversations_orders() }})
            as is_in_order
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
