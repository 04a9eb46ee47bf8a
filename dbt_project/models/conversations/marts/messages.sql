{{ config(materialized='view') }}
-- Texts are read where they landed: the first record of equal content speaks for all.
with

records as (
    select * from {{ ref('int_conversations__records_validated') }}
    where first_record
),

staged as (
    select * from {{ ref('stg_conversations__messages') }}
),

messages as (
    select
        staged.conversation_id,
        staged.role,
        staged.content,
        staged.turn,
        staged.token_estimate,
        records.landed_date
    from staged
    inner join records on staged.record_id = records.record_id
)

select * from messages
