{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook='{{ conversations_forget_touched() }}',
) }}
-- depends_on: {{ ref('stg_conversations__files') }}
-- depends_on: {{ ref('stg_conversations__datasets') }}
with

conversations as (
    select * from {{ ref('int_conversations__conversations_touched') }}
),

messages as (
    select * from {{ ref('stg_conversations__messages') }}
    where {{ conversations_is_touched() }}
),

conversation_texts as (
    select
        messages.conversation_id,
        {{ ordered_text_agg(
            "messages.role || ': ' || messages.content", 'messages.turn', '\n'
        ) }} as text
    from messages
    inner join conversations on messages.record_id = conversations.record_id
    group by messages.conversation_id
)

select * from conversation_texts
