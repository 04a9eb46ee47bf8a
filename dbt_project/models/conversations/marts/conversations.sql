{{ config(materialized=as_view(kept=true)) }}
-- What a format carried besides is read where it landed: it is as large as the rest.
with

records as (
    select * from {{ ref('int_conversations__records_validated') }}
),

decisions as (
    select * from {{ ref('int_conversations__records_decided') }}
),

staged as (
    select * from {{ ref('stg_conversations__records') }}
),

conversations as (
    select
        records.record_id,
        records.conversation_id,
        records.dataset_id,
        records.tier,
        records.load_id,
        records.source_file,
        records.format,
        records.language,
        decisions.status,
        decisions.left_out_reason,
        staged.metadata,
        records.record_number,
        records.turn_count,
        records.token_estimate,
        records.confidence,
        records.landed_date,
        records.created_at
    from records
    inner join decisions on records.record_id = decisions.record_id
    inner join staged on records.record_id = staged.record_id
)

select * from conversations
