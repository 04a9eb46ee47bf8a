-- Search holds what is in force only: not the words of versions that were replaced.
with

chunks as (
    select * from {{ ref('int_knowledge__chunks') }}
),

members as (
    select * from {{ ref('int_knowledge__members') }}
),

words as (
    select
        words_of_texts.text_hash,
        words_of_texts.term
    from
        {{ each_search_word(
            ref('int_knowledge__texts'), 'text_hash', 'text'
        ) }} as words_of_texts
),

words_counted as (
    select
        words.text_hash,
        words.term,
        count(*) as tf,
        sum(count(*)) over (partition by words.text_hash) as chunk_length
    from words
    group by words.text_hash, words.term
),

postings as (
    select
        chunks.chunker_id,
        words_counted.term,
        chunks.chunk_id,
        chunks.tier,
        cast(words_counted.tf as bigint) as tf,
        cast(words_counted.chunk_length as bigint) as chunk_length
    from chunks
    inner join members
        on
            chunks.object_id = members.object_id
            and chunks.version = members.version
    inner join words_counted on chunks.text_hash = words_counted.text_hash
    where members.known_to is null
)

select * from postings
order by chunker_id asc nulls last, term asc nulls last, chunk_id asc nulls last
