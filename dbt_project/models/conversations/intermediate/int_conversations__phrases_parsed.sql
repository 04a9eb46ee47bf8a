{{ config(materialized='table') }}
-- The lexicon as texts are compared with it. A circumflex before a phrase says that a
-- clause begins with it, two say a sentence does; a comma in it may be there or not.
with

phrases as (
    select * from {{ ref('conversations_phrases') }}
),

phrases_in_clauses as (
    select
        phrases.phrase,
        phrases.kind,
        phrases.match,
        phrases.spoken_by,
        case
            when phrases.phrase like '^^%' then ' | ,'
            when phrases.phrase like '^%' then ' ,'
            else ''
        end as beginning,
        {{ clauses_of('phrases.phrase') }} as clauses,
        {{ sentences_of(clauses_of('phrases.phrase')) }} as words,
        coalesce(phrases.refuses_request, false) as refuses_request,
        phrases.severity
    from phrases
),

words_of_phrases as (
    select
        phrases_in_clauses.phrase,
        phrases_in_clauses.kind,
        phrases_in_clauses.spoken_by,
        {{ each_word('phrases_in_clauses.words') }} as word
    from phrases_in_clauses
    where phrases_in_clauses.match = 'word'
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

phrases_in_words as (
    select
        phrases_in_clauses.phrase,
        phrases_in_clauses.kind,
        phrases_in_clauses.match,
        phrases_in_clauses.spoken_by,
        words_ranked.word as longest_word,
        phrases_in_clauses.words,
        phrases_in_clauses.beginning || phrases_in_clauses.clauses as clauses,
        phrases_in_clauses.beginning || phrases_in_clauses.words as bare_clauses,
        phrases_in_clauses.refuses_request,
        phrases_in_clauses.severity
    from phrases_in_clauses
    left join words_ranked
        on
            words_ranked.place = 1
            and phrases_in_clauses.phrase = words_ranked.phrase
            and phrases_in_clauses.kind = words_ranked.kind
            and phrases_in_clauses.spoken_by = words_ranked.spoken_by
)

select * from phrases_in_words
