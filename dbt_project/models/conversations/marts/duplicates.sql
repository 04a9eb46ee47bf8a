-- depends_on: {{ ref('gate_conversations__after_llm') }}
with

records as (
    select * from {{ ref('int_conversations__duplicates_clustered') }}
),

duplicates_of_survivors as (
    select
        records.record_id,
        records.conversation_id,
        records.dataset_id,
        case
            when records.conversation_id = records.survivor_conversation_id then 'exact'
            else 'near'
        end as kind,
        records.cluster_id,
        records.survivor_record_id,
        records.survivor_conversation_id,
        records.similarity
    from records
    where records.record_id <> records.survivor_record_id
)

select * from duplicates_of_survivors
