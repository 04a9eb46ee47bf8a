-- What may be a copy of what: equal content, and texts that near-duplicates connect.
-- Other images, rejected answers or labels make another record of the same words.
with

validated as (
    select * from {{ ref('int_conversations__records_validated') }}
),

qualities as (
    select * from {{ ref('int_conversations__qualities_scored') }}
),

near as (
    select * from {{ ref('int_conversations__near_duplicates_found') }}
),

staged as (
    select * from {{ ref('stg_conversations__records') }}
),

records_connected as (
    select
        validated.record_id,
        coalesce(near.cluster_id, validated.conversation_id) as component_id
    from validated
    left join near on validated.conversation_id = near.conversation_id
),

shared as (
    select records_connected.component_id
    from records_connected
    group by records_connected.component_id
    having count(*) > 1
),

variants as (
    select
        records_connected.record_id,
        {{ json_text('staged.metadata', 'variant') }} as variant
    from records_connected
    inner join shared on records_connected.component_id = shared.component_id
    inner join staged on records_connected.record_id = staged.record_id
    where staged.metadata is not null
),

records_in_groups as (
    select
        validated.record_id,
        validated.conversation_id,
        validated.dataset_id,
        validated.source_file,
        validated.tier,
        validated.language,
        records_connected.component_id,
        records_connected.component_id || coalesce(':' || variants.variant, '')
            as group_id,
        coalesce(':' || variants.variant, '') as variant_mark,
        coalesce(qualities.grade, 'below') as grade,
        qualities.flags,
        validated.failed_check,
        validated.unwanted_reason,
        validated.priority,
        validated.record_number,
        case validated.tier when 'open' then 3 when 'restricted' then 2 else 1 end
            as tier_rank,
        coalesce(qualities.score, 0e0) as score,
        coalesce(qualities.is_valid, false) as is_valid,
        validated.is_labelled,
        validated.landed_date,
        validated.created_at
    from validated
    inner join records_connected on validated.record_id = records_connected.record_id
    left join qualities on validated.conversation_id = qualities.conversation_id
    left join variants on validated.record_id = variants.record_id
),

duplicates_ranked as (
    select
        records_in_groups.*,
        row_number() over (
            partition by records_in_groups.group_id
            order by
                records_in_groups.is_valid desc,
                case when records_in_groups.unwanted_reason is null then 0 else 1 end,
                records_in_groups.tier_rank desc,
                records_in_groups.score desc,
                records_in_groups.priority desc,
                records_in_groups.landed_date asc,
                records_in_groups.dataset_id asc,
                records_in_groups.source_file asc,
                records_in_groups.record_number asc,
                records_in_groups.record_id asc
        ) as place
    from records_in_groups
)

select * from duplicates_ranked
