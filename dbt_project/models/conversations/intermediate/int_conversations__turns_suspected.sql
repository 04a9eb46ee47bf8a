-- depends_on: {{ ref('stg_conversations__files') }}
-- depends_on: {{ ref('stg_conversations__datasets') }}
-- depends_on: {{ ref('conversations_phrases') }}
-- depends_on: {{ ref('conversations_helplines') }}
-- Few expressions over each turn: only what they find is looked at phrase by phrase.
with

conversations as (
    select * from {{ ref('int_conversations__conversations_touched') }}
),

messages as (
    select * from {{ ref('stg_conversations__messages') }}
    where {{ conversations_is_touched() }}
),

turns as (
    select
        messages.conversation_id,
        messages.role,
        {{ text_composed('messages.content') }} as content,
        messages.turn
    from messages
    inner join conversations on messages.record_id = conversations.record_id
),

turns_lowered as (
    select
        turns.conversation_id,
        turns.role,
        turns.content,
        lower(turns.content) as content_lower,
        turns.turn
    from turns
),

turns_suspected as (
    select
        turns_lowered.conversation_id,
        turns_lowered.role,
        turns_lowered.content,
        turns_lowered.turn
    from turns_lowered
    where {{ conversations_is_suspected('turns_lowered.content_lower') }}
)

select * from turns_suspected
