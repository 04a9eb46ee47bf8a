{{ config(materialized=as_view(kept=true)) }}
-- depends_on: {{ ref('gate_conversations__after_landing') }}
with

messages as (
    select * from {{ source('raw_conversations', 'messages') }}
),

messages_renamed as (
    select
        messages.record_id,
        messages.conversation_id,
        messages.source as dataset_id,
        messages.load_id,
        messages.role,
        coalesce(messages.content, '') as content,
        messages.turn,
        messages.token_estimate
    from messages
)

select * from messages_renamed
