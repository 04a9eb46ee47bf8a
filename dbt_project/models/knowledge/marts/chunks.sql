with

chunks as (
    select * from {{ ref('int_knowledge__chunks') }}
),

documents as (
    select * from {{ ref('int_knowledge__documents') }}
),

chunks_released as (
    select
        chunks.chunk_id,
        chunks.object_id,
        chunks.version,
        chunks.chunker_id,
        chunks.text_hash,
        chunks.heading_path,
        chunks.tier,
        documents.content_hash,
        chunks.ordinal,
        chunks.span_start,
        chunks.span_end,
        chunks.token_count
    from chunks
    inner join documents
        on
            chunks.object_id = documents.object_id
            and chunks.version = documents.version
)

select * from chunks_released
