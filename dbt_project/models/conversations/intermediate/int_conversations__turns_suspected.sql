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
        messages.content,
        lower(messages.content) as content_lower,
        messages.turn
    from messages
    inner join conversations on messages.record_id = conversations.record_id
),

turns_suspected as (
    select
        turns.conversation_id,
        turns.role,
        turns.content,
        turns.turn
    from turns
    where {{ conversations_is_suspected('turns.content_lower') }}
)

select * from turns_suspected
