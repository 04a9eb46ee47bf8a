{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
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
        ) }} as text,
        case
            when max(case when messages.role = 'system' then 1 else 0 end) = 1
                then {{ ordered_text_agg(
                    "case when messages.role <> 'system' "
                    ~ "then messages.role || ': ' || messages.content end",
                    'messages.turn', '\n'
                ) }}
        end as text_without_prompt
    from messages
    inner join conversations on messages.record_id = conversations.record_id
    group by messages.conversation_id
)

select * from conversation_texts
