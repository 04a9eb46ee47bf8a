{{ config(materialized=as_view()) }}
-- Which texts which extractor reads: those of the chunks that a cell of the grid names.
with

chunks as (
    select * from {{ ref('int_knowledge__chunks') }}
),

cells as (
    select * from {{ ref('int_knowledge__cells') }}
),

texts as (
    select * from {{ ref('int_knowledge__texts') }}
),

readers as (
    select distinct
        cells.chunker_id,
        cells.extractor_id
    from cells
),

texts_read as (
    select distinct
        chunks.text_hash,
        readers.extractor_id
    from chunks
    inner join readers on chunks.chunker_id = readers.chunker_id
),

texts_queued as (
    select
        texts_read.text_hash,
        texts_read.extractor_id,
        texts.text
    from texts_read
    inner join texts on texts_read.text_hash = texts.text_hash
)

select * from texts_queued
