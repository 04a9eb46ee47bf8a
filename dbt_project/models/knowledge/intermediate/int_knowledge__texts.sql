with

chunks as (
    select * from {{ ref('int_knowledge__chunks') }}
),

documents as (
    select * from {{ ref('int_knowledge__documents') }}
),

texts as (
    select
        chunks.text_hash,
        min(
            substring(
                documents.text, cast(chunks.span_start as integer) + 1,
                cast(chunks.span_end - chunks.span_start as integer)
            )
        ) as text
    from chunks
    inner join documents
        on
            chunks.object_id = documents.object_id
            and chunks.version = documents.version
    group by chunks.text_hash
)

select * from texts
