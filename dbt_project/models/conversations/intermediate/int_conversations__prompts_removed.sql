{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook='{{ conversations_forget_touched() }}',
) }}
-- depends_on: {{ ref('stg_conversations__files') }}
-- depends_on: {{ ref('stg_conversations__datasets') }}
-- What many conversations share in their system prompt says nothing of what each says.
with

conversations as (
    select * from {{ ref('int_conversations__conversations_touched') }}
),

messages as (
    select * from {{ ref('stg_conversations__messages') }}
    where {{ conversations_is_touched() }}
),

prompted as (
    select messages.record_id
    from messages
    inner join conversations on messages.record_id = conversations.record_id
    where messages.role = 'system'
    group by messages.record_id
),

prompts_removed as (
    select
        messages.conversation_id,
        {{ ordered_text_agg(
            "messages.role || ': ' || messages.content", 'messages.turn', '\n'
        ) }} as text
    from messages
    inner join prompted on messages.record_id = prompted.record_id
    where messages.role <> 'system'
    group by messages.conversation_id
)

select * from prompts_removed
