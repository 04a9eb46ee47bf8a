-- Every record is kept or left out with one reason: the first that applies.
with

records as (
    select * from {{ ref('int_conversations__records_validated') }}
),

qualities as (
    select * from {{ ref('int_conversations__qualities_scored') }}
),

duplicates as (
    select * from {{ ref('duplicates') }}
),

copies as (
    select
        duplicates.record_id,
        min(duplicates.kind) as kind
    from duplicates
    where duplicates.record_id <> duplicates.survivor_record_id
    group by duplicates.record_id
),

records_with_reason as (
    select
        records.record_id,
        records.conversation_id,
        records.dataset_id,
        case
            when not qualities.is_valid then qualities.failed_check
            when records.unwanted_reason is not null then records.unwanted_reason
            when copies.kind is not null then copies.kind || '_duplicate'
            when qualities.grade = 'below' then 'quality below the threshold'
        end as left_out_reason,
        qualities.score
    from records
    inner join qualities on records.conversation_id = qualities.conversation_id
    left join copies on records.record_id = copies.record_id
),

records_decided as (
    select
        records_with_reason.record_id,
        records_with_reason.conversation_id,
        records_with_reason.dataset_id,
        case
            when records_with_reason.left_out_reason is null then 'kept'
            else 'left_out'
        end as status,
        records_with_reason.left_out_reason,
        records_with_reason.score
    from records_with_reason
)

select * from records_decided
