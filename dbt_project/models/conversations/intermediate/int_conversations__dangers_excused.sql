{{ config(materialized='table') }}
-- An idiom takes back the danger or abuse it overlaps, and no other: such words stand
-- where the turn still says them without its idioms, or where they say more than the
-- idiom.
with

turns as (
    select * from {{ ref('int_conversations__turns_suspected') }}
),

phrases_said as (
    select * from {{ ref('int_conversations__phrases_matched') }}
),

phrases as (
    select * from {{ ref('int_conversations__phrases_parsed') }}
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

turns_in_words as (
    select
        turns.conversation_id,
        turns.turn,
        idioms_of_turns.expression,
        lower(turns.content) as content,
        {{ sentences_of(clauses_of('turns.content')) }} as sentences
    from turns
    inner join idioms_of_turns
        on
            turns.conversation_id = idioms_of_turns.conversation_id
            and turns.turn = idioms_of_turns.turn
),

-- what a turn says beside its idioms; a bar stands where one was, and parts words
turns_without_idioms as (
    select
        turns_in_words.conversation_id,
        turns_in_words.turn,
        turns_in_words.expression,
        {{ text_replaced_by_column(
            "replace(turns_in_words.sentences, ' ', '  ')", 'turns_in_words.expression', ' | '
        ) }} as sentences,
        {{ text_replaced_by_column(
            'turns_in_words.content', 'turns_in_words.expression', '|'
        ) }} as content
    from turns_in_words
),

dangers_taken_back as (
    select
        phrases_said.conversation_id,
        phrases_said.kind,
        phrases_said.phrase,
        phrases_said.turn
    from phrases_said
    inner join phrases
        on phrases_said.phrase = phrases.phrase and phrases_said.kind = phrases.kind
    inner join turns_without_idioms
        on
            phrases_said.conversation_id = turns_without_idioms.conversation_id
            and phrases_said.turn = turns_without_idioms.turn
    where
        phrases_said.kind in ('crisis', 'toxic')
        and {{ text_replaced_by_column(
            words_apart('phrases.phrase'), 'turns_without_idioms.expression', '|'
        ) }} = {{ words_apart('phrases.phrase') }}
        and not (
            case
                when phrases.match = 'word'
                    then contains(
                        turns_without_idioms.sentences,
                        {{ words_apart('phrases.phrase') }}
                    )
                else contains(turns_without_idioms.content, phrases.phrase)
            end
        )
)

select * from dangers_taken_back
