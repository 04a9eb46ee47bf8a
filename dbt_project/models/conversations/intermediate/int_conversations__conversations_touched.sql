-- depends_on: {{ ref('stg_conversations__files') }}
-- depends_on: {{ ref('stg_conversations__datasets') }}
-- Equal content is looked at once: the record of it that landed first stands for all.
with

records as (
    select * from {{ ref('int_conversations__records_standardised') }}
    where {{ conversations_is_touched('format') }}
),

new_records as (
    select
        records.conversation_id,
        records.record_id,
        records.load_id,
        row_number() over (
            partition by records.conversation_id
            order by
                records.load_id,
                records.dataset_id,
                records.source_file,
                records.record_number,
                records.record_id
        ) as place
    from records
    where {{ conversations_are_new('records.conversation_id') }}
),

conversations_touched as (
    select
        new_records.conversation_id,
        new_records.record_id,
        new_records.load_id
    from new_records
    where new_records.place = 1
)

select * from conversations_touched
