-- depends_on: {{ ref('stg_conversations__files') }}
-- depends_on: {{ ref('stg_conversations__datasets') }}
-- depends_on: {{ ref('conversations_phrases') }}
-- One expression over each turn: only the few it finds are looked at phrase by phrase.
with

conversations as (
    select * from {{ ref('int_conversations__conversations_touched') }}
),

messages as (
    select * from {{ ref('stg_conversations__messages') }}
    where {{ conversations_is_touched() }}
),

turns_suspected as (
    select
        messages.conversation_id,
        messages.role,
        messages.content,
        messages.turn
    from messages
    inner join conversations on messages.record_id = conversations.record_id
    where {{ text_matches('lower(messages.content)', conversations_phrase_pattern()) }}
)

select * from turns_suspected
