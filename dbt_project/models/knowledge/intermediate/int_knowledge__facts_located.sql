-- Statements where documents make them: one row per chunk that shows it.
with

statements as (
    select * from {{ ref('int_knowledge__statements') }}
    where found <> 'unfounded'
),

chunks as (
    select * from {{ ref('int_knowledge__chunks') }}
),

readers as (
    select distinct
        chunker_id,
        extractor_id
    from {{ ref('int_knowledge__cells') }}
),

facts_located as (
    select
        {{ dbt.hash("chunks.object_id || '|' || chunks.version"
            " || '|' || statements.extractor_id"
            " || '|' || cast(chunks.span_start + statements.evidence_start as "
            ~ dbt.type_string() ~ ")"
            " || '-' || cast(chunks.span_start + statements.evidence_end as "
            ~ dbt.type_string() ~ ")"
            " || '|' || statements.polarity || '|' || lower(statements.subject_name)"
            " || '|' || lower(statements.predicate)"
            " || '|' || lower(coalesce(statements.object_name, statements.value, ''))") }}
            as fact_id,
        chunks.chunk_id,
        chunks.chunker_id,
        chunks.object_id,
        chunks.version,
        chunks.span_start + statements.evidence_start as evidence_start,
        chunks.span_start + statements.evidence_end as evidence_end,
        statements.extractor_id,
        statements.text_hash,
        statements.ordinal,
        statements.subject_type,
        statements.subject_name,
        statements.predicate,
        statements.object_type,
        statements.object_name,
        statements.value,
        statements.polarity,
        statements.time_expression,
        statements.confidence,
        statements.call_id
    from statements
    inner join chunks on statements.text_hash = chunks.text_hash
    inner join readers
        on
            chunks.chunker_id = readers.chunker_id
            and statements.extractor_id = readers.extractor_id
)

select * from facts_located
