-- depends_on: {{ ref('gate_knowledge__after_staging') }}
with

messages as (
    select * from {{ ref('int_knowledge__messages') }}
),

messages_released as (
    select
        messages.object_id,
        messages.version,
        messages.native_id,
        messages.source,
        messages.tier,
        messages.author,
        messages.reply_to,
        messages.flags,
        messages.span_start,
        messages.span_end,
        messages.sent_at,
        messages.edited_at
    from messages
)

select * from messages_released
