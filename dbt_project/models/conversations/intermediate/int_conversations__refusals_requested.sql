{{ config(materialized='table') }}
-- depends_on: {{ ref('stg_conversations__files') }}
-- depends_on: {{ ref('stg_conversations__datasets') }}
-- Whoever asks for an excuse, an apology or a cancellation in words gets one. An answer
-- that refuses the request itself is still a refusal, unless the request quotes one.
with

refusals as (
    select * from {{ ref('int_conversations__phrases_matched') }}
    where kind = 'refusal'
),

phrases as (
    select * from {{ ref('int_conversations__phrases_parsed') }}
    where kind = 'refusal'
),

request_words as (
    select * from {{ ref('conversations_request_words') }}
),

conversations as (
    select * from {{ ref('int_conversations__conversations_touched') }}
),

messages as (
    select * from {{ ref('stg_conversations__messages') }}
    where
        {{ conversations_is_touched() }}
        and role = 'user'
        and conversation_id in (
            select refusals.conversation_id
            from refusals
        )
),

requests as (
    select distinct
        messages.conversation_id,
        refusals.turn as answer_turn,
        lower(messages.content) as content,
        -- un mot d'excuse names an excuse, I can't come no can
        {{ words_of('messages.content') }}
        || {{ words_of("replace(replace(messages.content, '''', ' '), '’', ' ')") }}
            as words,
        {{ conversations_clauses('messages.content') }} as clauses,
        messages.turn
    from messages
    inner join conversations on messages.record_id = conversations.record_id
    -- "make it shorter" may stand between the request and this answer
    inner join refusals
        on
            messages.conversation_id = refusals.conversation_id
            and messages.turn between refusals.turn - 3 and refusals.turn - 1
),

requests_read as (
    select
        requests.conversation_id,
        requests.answer_turn,
        requests.clauses,
        requests.content,
        bool_or(request_words.part = 'thing') as is_thing_named
    from requests
    inner join request_words
        on
            contains(requests.words, ' ' || request_words.word)
            or (
                request_words.language in ('zh', 'ja')
                and contains(requests.content, request_words.word)
            )
    group by
        requests.conversation_id,
        requests.answer_turn,
        requests.clauses,
        requests.content
    having bool_or(request_words.part = 'task')
),

requests_that_quote as (
    select distinct
        requests_read.conversation_id,
        requests_read.answer_turn
    from requests_read
    inner join phrases
        on
            contains(requests_read.clauses, phrases.clauses)
            or contains(requests_read.clauses, phrases.bare_clauses)
            or (
                phrases.match = 'text'
                and contains(requests_read.content, phrases.phrase)
            )
),

refusals_asked_for as (
    select distinct
        refusals.conversation_id,
        refusals.kind,
        refusals.phrase,
        refusals.turn
    from refusals
    inner join phrases on refusals.phrase = phrases.phrase
    inner join requests_read
        on
            refusals.conversation_id = requests_read.conversation_id
            and refusals.turn = requests_read.answer_turn
    left join requests_that_quote
        on
            refusals.conversation_id = requests_that_quote.conversation_id
            and refusals.turn = requests_that_quote.answer_turn
    where
        requests_that_quote.conversation_id is not null
        or (requests_read.is_thing_named and not phrases.refuses_request)
)

select * from refusals_asked_for
