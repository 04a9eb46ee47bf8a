-- A cluster is a record that survives and its copies: equal content, or texts that
-- reach the threshold with the survivor's own; alone, a record is its own cluster.
with

ranked as (
    select * from {{ ref('int_conversations__duplicates_ranked') }}
),

chosen as (
    select * from {{ ref('int_conversations__survivors_picked') }}
),

records_in_clusters as (
    select
        ranked.record_id,
        ranked.conversation_id,
        ranked.dataset_id,
        ranked.source_file,
        ranked.tier,
        ranked.language,
        ranked.component_id,
        ranked.group_id,
        coalesce(chosen.survivor_conversation_id, ranked.conversation_id)
        || ranked.variant_mark as cluster_id,
        ranked.grade,
        ranked.flags,
        ranked.failed_check,
        ranked.unwanted_reason,
        ranked.priority,
        ranked.record_number,
        ranked.tier_rank,
        ranked.place,
        ranked.score,
        coalesce(chosen.similarity, 1e0) as similarity,
        ranked.is_valid,
        ranked.is_labelled,
        ranked.landed_date,
        ranked.created_at
    from ranked
    left join chosen
        on
            ranked.group_id = chosen.group_id
            and ranked.conversation_id = chosen.conversation_id
),

duplicates_clustered as (
    select
        records_in_clusters.record_id,
        records_in_clusters.conversation_id,
        records_in_clusters.dataset_id,
        records_in_clusters.source_file,
        records_in_clusters.tier,
        records_in_clusters.language,
        records_in_clusters.component_id,
        records_in_clusters.group_id,
        records_in_clusters.cluster_id,
        records_in_clusters.grade,
        records_in_clusters.flags,
        records_in_clusters.failed_check,
        records_in_clusters.unwanted_reason,
        first_value(records_in_clusters.record_id) over in_cluster
            as survivor_record_id,
        first_value(records_in_clusters.conversation_id) over in_cluster
            as survivor_conversation_id,
        records_in_clusters.priority,
        records_in_clusters.record_number,
        records_in_clusters.tier_rank,
        row_number() over (
            partition by records_in_clusters.cluster_id
            order by records_in_clusters.place
        ) as place_in_cluster,
        records_in_clusters.score,
        records_in_clusters.similarity,
        records_in_clusters.is_valid,
        records_in_clusters.is_labelled,
        records_in_clusters.landed_date,
        records_in_clusters.created_at
    from records_in_clusters
    window in_cluster as (
        partition by records_in_clusters.cluster_id
        order by records_in_clusters.place
        rows between unbounded preceding and unbounded following
    )
)

select * from duplicates_clustered
