-- Exact copies share their content id, near ones their cluster; alone, a record is a
-- cluster of its own.
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

records_in_clusters as (
    select
        validated.record_id,
        validated.conversation_id,
        validated.dataset_id,
        validated.source_file,
        validated.tier,
        validated.language,
        coalesce(near.cluster_id, validated.conversation_id) as cluster_id,
        coalesce(qualities.grade, 'below') as grade,
        qualities.flags,
        validated.failed_check,
        validated.unwanted_reason,
        validated.priority,
        validated.record_number,
        case validated.tier when 'open' then 3 when 'restricted' then 2 else 1 end
            as tier_rank,
        coalesce(qualities.score, 0.0) as score,
        coalesce(qualities.is_valid, false) as is_valid,
        validated.is_labelled,
        validated.landed_date,
        validated.created_at
    from validated
    left join qualities on validated.conversation_id = qualities.conversation_id
    left join near on validated.conversation_id = near.conversation_id
),

records_by_rank as (
    select
        records_in_clusters.*,
        row_number() over (
            partition by records_in_clusters.cluster_id
            order by
                records_in_clusters.is_valid desc,
                case when records_in_clusters.unwanted_reason is null then 0 else 1 end,
                records_in_clusters.tier_rank desc,
                records_in_clusters.score desc,
                records_in_clusters.priority desc,
                records_in_clusters.landed_date asc,
                records_in_clusters.dataset_id asc,
                records_in_clusters.source_file asc,
                records_in_clusters.record_number asc,
                records_in_clusters.record_id asc
        ) as place_in_cluster
    from records_in_clusters
),

duplicates_clustered as (
    select
        records_by_rank.record_id,
        records_by_rank.conversation_id,
        records_by_rank.dataset_id,
        records_by_rank.source_file,
        records_by_rank.tier,
        records_by_rank.language,
        records_by_rank.cluster_id,
        records_by_rank.grade,
        records_by_rank.flags,
        records_by_rank.failed_check,
        records_by_rank.unwanted_reason,
        first_value(records_by_rank.record_id) over in_cluster as survivor_record_id,
        first_value(records_by_rank.conversation_id) over in_cluster
            as survivor_conversation_id,
        records_by_rank.priority,
        records_by_rank.record_number,
        records_by_rank.tier_rank,
        records_by_rank.place_in_cluster,
        records_by_rank.score,
        records_by_rank.is_valid,
        records_by_rank.is_labelled,
        records_by_rank.landed_date,
        records_by_rank.created_at
    from records_by_rank
    window in_cluster as (
        partition by records_by_rank.cluster_id
        order by records_by_rank.place_in_cluster
        rows between unbounded preceding and unbounded following
    )
)

select * from duplicates_clustered
