{{ config(materialized='table') }}
-- What a turn quotes or reports is what it speaks of. A turn that is only that says it.
with

turns as (
    select * from {{ ref('int_conversations__turns_suspected') }}
),

phrases_said as (
    select * from {{ ref('int_conversations__phrases_matched') }}
    where kind in ('refusal', 'boilerplate', 'toxic')
),

phrases as (
    select * from {{ ref('int_conversations__phrases_parsed') }}
),

turns_unquoted as (
    select
        turns.conversation_id,
        turns.turn,
        {{ conversations_without_reports(
            'lower(' ~ without_quotations('turns.content') ~ ')'
        ) }} as content
    from turns
    where
        (turns.conversation_id, turns.turn) in (
            select
                phrases_said.conversation_id,
                phrases_said.turn
            from phrases_said
        )
),

turns_in_words as (
    select
        turns_unquoted.conversation_id,
        turns_unquoted.turn,
        turns_unquoted.content,
        {{ words_of('turns_unquoted.content') }} as sentences,
        {{ conversations_clauses('turns_unquoted.content') }} as clauses,
        replace({{ conversations_clauses('turns_unquoted.content') }}, ' ', '')
            as characters
    from turns_unquoted
),

phrases_quoted as (
    select
        phrases_said.conversation_id,
        phrases_said.kind,
        phrases_said.phrase,
        phrases_said.turn
    from phrases_said
    inner join phrases
        on phrases_said.phrase = phrases.phrase and phrases_said.kind = phrases.kind
    inner join turns_in_words
        on
            phrases_said.conversation_id = turns_in_words.conversation_id
            and phrases_said.turn = turns_in_words.turn
    where
        trim(turns_in_words.sentences) <> ''
        and not (
            case
                when phrases.match = 'text'
                    then {{ conversations_holds('turns_in_words', 'phrases') }}
                else {{ conversations_says('turns_in_words', 'phrases') }}
            end
        )
)

select * from phrases_quoted
