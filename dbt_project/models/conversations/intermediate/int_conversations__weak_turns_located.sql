{{ config(materialized='table') }}
-- depends_on: {{ ref('stg_conversations__files') }}
-- depends_on: {{ ref('stg_conversations__datasets') }}
-- Which turn a check is about that did not score full marks: for advice that can be
-- followed. Turns are read of such conversations only.
with

scored as (
    select * from {{ ref('int_conversations__checks_scored') }}
    where
        least(
            role_order, answered, empty_turns, coalesce(truncation, 1e0),
            coalesce(repetition, 1e0), coalesce(lexical_diversity, 1e0)
        ) < 1e0
),

conversations as (
    select
        touched.*,
        coalesce(scored.repetition, 1e0) < 1e0 as is_repeating
    from {{ ref('int_conversations__conversations_touched') }} as touched
    inner join scored on touched.conversation_id = scored.conversation_id
),

thresholds as (
    select
        max(case when setting = 'loop_min_chars' then value end) as loop_min_chars,
        max(case when setting = 'loop_share' then value end) as loop_share
    from {{ ref('conversations_thresholds') }}
),

messages as (
    select * from {{ ref('stg_conversations__messages') }}
    where {{ conversations_is_touched() }}
),

turns as (
    select
        messages.conversation_id,
        messages.role,
        messages.turn,
        trim(both {{ "' \n\t\r'" }} from messages.content) = '' as is_empty,
        {{ conversations_is_loop(
            'messages.content', 'right(messages.content, 120)',
            'length(messages.content)',
            "(messages.role = 'assistant' and conversations.is_repeating)"
        ) }} as is_loop,
        row_number() over (
            partition by
                messages.conversation_id,
                messages.role,
                case when conversations.is_repeating then messages.content end
            order by messages.turn
        ) > 1 as is_said_before,
        coalesce(lag(messages.role) over (
            partition by messages.conversation_id order by messages.turn
        ), 'system') || '>' || messages.role in ({{ conversations_orders() }})
            as is_in_order
    from messages
    inner join conversations on messages.record_id = conversations.record_id
    cross join thresholds
),

weak_turns as (
    select
        turns.conversation_id,
        min(case when not turns.is_in_order then turns.turn end) as role_order,
        min(case when turns.is_empty then turns.turn end) as empty_turns,
        max(turns.turn) as answered,
        max(case when turns.role = 'assistant' then turns.turn end) as truncation,
        min(
            case
                when
                    turns.role = 'assistant' and (turns.is_loop or turns.is_said_before)
                    then turns.turn
            end
        ) as repetition,
        min(case when turns.role = 'assistant' then turns.turn end) as lexical_diversity
    from turns
    group by turns.conversation_id
),

weak_turns_located as (
    {% for check in [
        'role_order', 'empty_turns', 'answered', 'truncation', 'repetition',
        'lexical_diversity',
    ] %}
    select
        conversation_id,
        '{{ check }}' as check_name,
        {{ check }} as turn
    from weak_turns
    where {{ check }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from weak_turns_located
