{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook='{{ conversations_forget_touched() }}',
) }}
-- depends_on: {{ ref('int_conversations__conversations_touched') }}
with

turns as (
    select * from {{ ref('int_conversations__turns_suspected') }}
),

phrases as (
    select * from {{ ref('conversations_phrases') }}
),

turns_in_words as (
    select
        turns.conversation_id,
        turns.role,
        lower(turns.content) as content,
        {{ words_of('turns.content') }} as words,
        turns.turn
    from turns
),

phrases_in_words as (
    select
        phrases.phrase,
        phrases.kind,
        phrases.spoken_by,
        case when phrases.match = 'word' then {{ words_of('phrases.phrase') }} end
            as phrase_words,
        phrases.severity
    from phrases
),

phrases_found as (
    select
        turns_in_words.conversation_id,
        turns_in_words.role,
        phrases_in_words.kind,
        phrases_in_words.phrase,
        turns_in_words.turn,
        phrases_in_words.severity
    from turns_in_words
    inner join phrases_in_words
        on
            (
                phrases_in_words.spoken_by = 'any'
                or turns_in_words.role = phrases_in_words.spoken_by
            )
            and case
                when phrases_in_words.phrase_words is null
                    then position(phrases_in_words.phrase in turns_in_words.content)
                else position(phrases_in_words.phrase_words in turns_in_words.words)
            end > 0
)

select * from phrases_found
