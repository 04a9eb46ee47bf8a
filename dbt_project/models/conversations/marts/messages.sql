{{ config(materialized=as_view(kept=true)) }}
-- Texts are read where they landed: the first record of equal content speaks for all.
with

records as (
    select * from {{ ref('int_conversations__records_validated') }}
    where first_record
),

records_of_tiers as (
    select
        conversation_id,
        min(case tier when 'open' then 1 when 'restricted' then 2 else 3 end) as place
    from {{ ref('int_conversations__records_validated') }}
    group by conversation_id
),

staged as (
    select * from {{ ref('stg_conversations__messages') }}
),

messages as (
    select
        staged.conversation_id,
        staged.role,
        staged.content,
        case records_of_tiers.place
            when 1 then 'open' when 2 then 'restricted' else 'private'
        end as tier,
        staged.turn,
        staged.token_estimate,
        records.landed_date
    from staged
    inner join records on staged.record_id = records.record_id
    inner join records_of_tiers
        on records.conversation_id = records_of_tiers.conversation_id
)

select * from messages
