-- depends_on: {{ ref('gate_conversations__after_llm') }}
with

records as (
    select * from {{ ref('int_conversations__duplicates_clustered') }}
),

survivors as (
    select
        record_id,
        tier_rank
    from records
    where record_id = survivor_record_id
),

duplicates_of_survivors as (
    select
        records.record_id,
        records.conversation_id,
        records.dataset_id,
        case least(coalesce(records.tier_rank, 1), coalesce(survivors.tier_rank, 1))
            when 3 then 'open' when 2 then 'restricted' else 'private'
        end as tier,
        case
            when records.conversation_id = records.survivor_conversation_id then 'exact'
            else 'near'
        end as kind,
        records.cluster_id,
        records.survivor_record_id,
        records.survivor_conversation_id,
        records.similarity
    from records
    left join survivors on records.survivor_record_id = survivors.record_id
    where records.record_id <> records.survivor_record_id
)

select * from duplicates_of_survivors
