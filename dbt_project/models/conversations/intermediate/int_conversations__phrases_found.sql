{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook='{{ conversations_forget_touched() }}',
) }}
-- depends_on: {{ ref('int_conversations__conversations_touched') }}
-- depends_on: {{ ref('conversations_helplines') }}
-- depends_on: {{ ref('conversations_number_words') }}
with

turns as (
    select * from {{ ref('int_conversations__turns_suspected') }}
),

phrases_said as (
    select * from {{ ref('int_conversations__phrases_matched') }}
),

phrases_taken_back as (
    select * from {{ ref('int_conversations__dangers_excused') }}
    union distinct
    select * from {{ ref('int_conversations__phrases_quoted') }}
    union distinct
    select * from {{ ref('int_conversations__refusals_requested') }}
),

helplines_found as (
    select
        turns.conversation_id,
        turns.role,
        'support' as kind,
        'number of a helpline' as phrase,
        turns.turn,
        1.0 as severity
    from turns
    where
        turns.role = 'assistant'
        and {{ conversations_names_helpline('lower(turns.content)') }}
),

phrases_found as (
    select phrases_said.*
    from phrases_said
    left join phrases_taken_back
        on
            phrases_said.conversation_id = phrases_taken_back.conversation_id
            and phrases_said.turn = phrases_taken_back.turn
            and phrases_said.kind = phrases_taken_back.kind
            and phrases_said.phrase = phrases_taken_back.phrase
    where phrases_taken_back.phrase is null
    union all
    select * from helplines_found
)

select * from phrases_found
