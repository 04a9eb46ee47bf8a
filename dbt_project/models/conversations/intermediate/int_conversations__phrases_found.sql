{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook='{{ conversations_forget_touched() }}',
) }}
-- depends_on: {{ ref('int_conversations__conversations_touched') }}
-- A phrase of words is looked for only where its longest word stands: turns times
-- phrases would be a comparison for each.
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

words_said as (
    select
        turns_in_words.conversation_id,
        turns_in_words.role,
        {{ each_word('turns_in_words.words') }} as word,
        turns_in_words.words,
        turns_in_words.turn
    from turns_in_words
),

phrases_in_words as (
    select
        phrases.phrase,
        phrases.kind,
        phrases.spoken_by,
        {{ words_of('phrases.phrase') }} as words,
        phrases.severity
    from phrases
    where phrases.match = 'word'
),

words_of_phrases as (
    select
        phrases_in_words.phrase,
        phrases_in_words.kind,
        phrases_in_words.spoken_by,
        phrases_in_words.words,
        {{ each_word('phrases_in_words.words') }} as word,
        phrases_in_words.severity
    from phrases_in_words
),

words_ranked as (
    select
        words_of_phrases.*,
        row_number() over (
            partition by
                words_of_phrases.phrase,
                words_of_phrases.kind,
                words_of_phrases.spoken_by
            order by length(words_of_phrases.word) desc, words_of_phrases.word asc
        ) as place
    from words_of_phrases
),

phrases_of_words_found as (
    select
        words_said.conversation_id,
        words_said.role,
        words_ranked.kind,
        words_ranked.phrase,
        words_said.turn,
        words_ranked.severity
    from words_said
    inner join words_ranked on words_said.word = words_ranked.word
    where
        words_ranked.place = 1
        and words_ranked.spoken_by in ('any', words_said.role)
        and position(words_ranked.words in words_said.words) > 0
),

texts_found as (
    select
        turns_in_words.conversation_id,
        turns_in_words.role,
        phrases.kind,
        phrases.phrase,
        turns_in_words.turn,
        phrases.severity
    from turns_in_words
    inner join phrases
        on
            phrases.match = 'text'
            and phrases.spoken_by in ('any', turns_in_words.role)
            and position(phrases.phrase in turns_in_words.content) > 0
),

phrases_found as (
    select * from phrases_of_words_found
    union all
    select * from texts_found
)

select * from phrases_found
