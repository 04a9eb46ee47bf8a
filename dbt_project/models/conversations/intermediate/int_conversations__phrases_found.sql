{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook='{{ conversations_forget_touched() }}',
) }}
-- depends_on: {{ ref('int_conversations__conversations_touched') }}
-- depends_on: {{ ref('conversations_helplines') }}
-- depends_on: {{ ref('conversations_number_words') }}
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

helplines_found as (
    select
        turns_in_words.conversation_id,
        turns_in_words.role,
        'support' as kind,
        'number of a helpline' as phrase,
        turns_in_words.turn,
        1.0 as severity
    from turns_in_words
    where
        turns_in_words.role = 'assistant'
        and {{ conversations_names_helpline('turns_in_words.content') }}
),

phrases_said as (
    select * from phrases_of_words_found
    union all
    select * from texts_found
),

-- one expression for the idioms of a turn, the longest first
idioms_of_turns as (
    select
        phrases_said.conversation_id,
        phrases_said.turn,
        {{ ordered_text_agg(
            "case when phrases.match = 'word' then " ~ words_apart('phrases.phrase')
            ~ ' else phrases.phrase end',
            '-length(phrases.phrase)', '|'
        ) }} as expression
    from phrases_said
    inner join phrases
        on phrases_said.phrase = phrases.phrase and phrases_said.kind = phrases.kind
    where phrases_said.kind = 'idiom'
    group by phrases_said.conversation_id, phrases_said.turn
),

-- what a turn says beside its idioms; a bar stands where one was, and parts words
turns_without_idioms as (
    select
        turns_in_words.conversation_id,
        turns_in_words.turn,
        idioms_of_turns.expression,
        {{ text_replaced_by_column(
            "replace(turns_in_words.words, ' ', '  ')", 'idioms_of_turns.expression', ' | '
        ) }} as words,
        {{ text_replaced_by_column(
            'turns_in_words.content', 'idioms_of_turns.expression', '|'
        ) }} as content
    from turns_in_words
    inner join idioms_of_turns
        on
            turns_in_words.conversation_id = idioms_of_turns.conversation_id
            and turns_in_words.turn = idioms_of_turns.turn
),

-- An idiom takes back the danger it overlaps, and no other: words of danger stand where
-- the turn still says them without its idioms, or where they say more than the idiom.
dangers_taken_back as (
    select
        phrases_said.conversation_id,
        phrases_said.turn,
        phrases_said.phrase
    from phrases_said
    inner join phrases
        on phrases_said.phrase = phrases.phrase and phrases_said.kind = phrases.kind
    inner join turns_without_idioms
        on
            phrases_said.conversation_id = turns_without_idioms.conversation_id
            and phrases_said.turn = turns_without_idioms.turn
    where
        phrases_said.kind = 'crisis'
        and {{ text_replaced_by_column(
            words_apart('phrases.phrase'), 'turns_without_idioms.expression', '|'
        ) }} = {{ words_apart('phrases.phrase') }}
        and not (
            case
                when phrases.match = 'word'
                    then contains(
                        turns_without_idioms.words, {{ words_apart('phrases.phrase') }}
                    )
                else contains(turns_without_idioms.content, phrases.phrase)
            end
        )
),

phrases_found as (
    select phrases_said.*
    from phrases_said
    left join dangers_taken_back
        on
            phrases_said.kind = 'crisis'
            and phrases_said.conversation_id = dangers_taken_back.conversation_id
            and phrases_said.turn = dangers_taken_back.turn
            and phrases_said.phrase = dangers_taken_back.phrase
    where dangers_taken_back.phrase is null
    union all
    select * from helplines_found
)

select * from phrases_found
