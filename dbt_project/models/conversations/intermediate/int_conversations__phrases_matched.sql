{{ config(materialized='table') }}
-- A phrase of words is looked for only where its longest word stands: turns times
-- phrases would be a comparison for each.
with

turns as (
    select * from {{ ref('int_conversations__turns_suspected') }}
),

phrases as (
    select * from {{ ref('int_conversations__phrases_parsed') }}
),

turns_in_clauses as (
    select
        turns.conversation_id,
        turns.role,
        lower(turns.content) as content,
        {{ conversations_clauses('turns.content') }} as clauses,
        turns.turn
    from turns
),

turns_in_words as (
    select
        turns_in_clauses.conversation_id,
        turns_in_clauses.role,
        turns_in_clauses.content,
        {{ sentences_of('turns_in_clauses.clauses') }} as sentences,
        turns_in_clauses.clauses,
        replace(turns_in_clauses.clauses, ' ', '') as characters,
        turns_in_clauses.turn
    from turns_in_clauses
),

words_said as (
    select
        turns_in_words.conversation_id,
        turns_in_words.role,
        {{ each_word('turns_in_words.sentences') }} as word,
        turns_in_words.sentences,
        turns_in_words.clauses,
        turns_in_words.turn
    from turns_in_words
),

phrases_of_words_said as (
    select
        words_said.conversation_id,
        words_said.role,
        phrases.kind,
        phrases.phrase,
        words_said.turn,
        phrases.severity
    from words_said
    inner join phrases on words_said.word = phrases.longest_word
    where
        phrases.spoken_by in ('any', words_said.role)
        and {{ conversations_says('words_said', 'phrases') }}
),

texts_said as (
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
            and ({{ conversations_holds('turns_in_words', 'phrases') }})
),

phrases_said as (
    select * from phrases_of_words_said
    union all
    select * from texts_said
)

select * from phrases_said
