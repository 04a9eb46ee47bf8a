with

records as (
    select * from {{ ref('int_conversations__records_standardised') }}
),

datasets as (
    select * from {{ ref('int_conversations__datasets_declared') }}
),

tiers as (
    select * from {{ ref('int_conversations__tiers_scored') }}
),

checks as (
    select * from {{ ref('int_conversations__checks_scored') }}
),

measured as (
    select * from {{ ref('int_conversations__conversations_measured') }}
),

labels as (
    select * from {{ ref('int_conversations__records_labelled') }}
),

copied as (
    select records.conversation_id
    from records
    group by records.conversation_id
    having count(*) > 1
),

places as (
    select
        records.record_id,
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
    inner join copied on records.conversation_id = copied.conversation_id
),

records_validated as (
    select
        records.record_id,
        records.conversation_id,
        records.dataset_id,
        records.load_id,
        records.source_file,
        records.format,
        coalesce(datasets.tier, 'private') as tier,
        checks.language,
        tiers.failed_check,
        labels.unwanted_reason,
        coalesce(datasets.priority, 0) as priority,
        records.record_number,
        records.turn_count,
        coalesce(measured.token_estimate, 0) as token_estimate,
        records.confidence,
        tiers.structure_score,
        tiers.content_score,
        tiers.is_structurally_valid,
        tiers.is_content_valid,
        coalesce(places.place = 1, true) as first_record,
        coalesce(labels.is_labelled, false) as is_labelled,
        records.landed_date,
        records.created_at
    from records
    inner join tiers on records.conversation_id = tiers.conversation_id
    left join labels on records.record_id = labels.record_id
    left join places on records.record_id = places.record_id
    left join checks on records.conversation_id = checks.conversation_id
    left join measured on records.conversation_id = measured.conversation_id
    left join datasets on records.dataset_id = datasets.dataset_id
)

select * from records_validated
