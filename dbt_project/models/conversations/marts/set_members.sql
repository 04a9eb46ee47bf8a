-- depends_on: {{ ref('gate_conversations__after_llm') }}
-- A split depends on the content alone: a conversation stays where it is when others
-- come or go. Where copies stay (keep_all) all that near-duplicates connect is on
-- one side: none is trained on and tested with.
with

candidates as (
    select * from {{ ref('int_conversations__set_candidates_ranked') }}
),

chosen as (
    select * from {{ ref('int_conversations__set_survivors_picked') }}
),

sets as (
    select * from {{ ref('int_conversations__sets_declared') }}
),

candidates_in_clusters as (
    select
        candidates.*,
        coalesce(chosen.survivor_conversation_id, candidates.conversation_id)
            as survivor_conversation_id
    from candidates
    left join chosen
        on
            candidates.set_name = chosen.set_name
            and candidates.group_id = chosen.group_id
            and candidates.conversation_id = chosen.conversation_id
            and candidates.unfit_reason is null
            and candidates.policy <> 'keep_all'
),

candidates_with_survivors as (
    select
        candidates_in_clusters.*,
        first_value(candidates_in_clusters.record_id) over in_cluster
            as taken_record_id,
        count(*) over in_cluster as copies_in_cluster
    from candidates_in_clusters
    window in_cluster as (
        partition by
            candidates_in_clusters.set_name,
            candidates_in_clusters.group_id,
            candidates_in_clusters.unfit_reason is null,
            candidates_in_clusters.survivor_conversation_id
        order by candidates_in_clusters.place
        rows between unbounded preceding and unbounded following
    )
),

candidates_decided as (
    select
        candidates.set_name,
        candidates.record_id,
        candidates.conversation_id,
        candidates.dataset_id,
        candidates.tier,
        case
            when candidates.unfit_reason is not null then 'left_out'
            when candidates.policy = 'keep_all' then 'member'
            when candidates.record_id = candidates.taken_record_id then 'member'
            else 'left_out'
        end as decision,
        case
            when candidates.unfit_reason is not null then candidates.unfit_reason
            when candidates.policy = 'keep_all' and candidates.copies > 1
                then 'keep_all: one of ' || candidates.copies || ' copies'
            when
                candidates.policy = 'keep_all' or candidates.copies_in_cluster = 1
                then 'no other copy is fit for the set'
            when candidates.record_id = candidates.taken_record_id
                then
                    candidates.policy || ': best of '
                    || candidates.copies_in_cluster || ' copies'
            else
                candidates.policy || ': record ' || candidates.taken_record_id
                || ' was taken'
        end as reason,
        candidates.train_share,
        candidates.validation_share,
        {{ hash_share(
            "case when candidates.policy = 'keep_all' then candidates.component_id "
            ~ "else candidates.conversation_id end"
        ) }} as hash_share
    from candidates_with_survivors as candidates
),

members_split as (
    select
        candidates_decided.set_name,
        candidates_decided.record_id,
        candidates_decided.conversation_id,
        candidates_decided.dataset_id,
        candidates_decided.tier,
        case
            when sets.tiers = 'open' then 'open'
            when position('private' in sets.tiers) = 0 then 'restricted'
            else 'private'
        end as access_tier,
        case
            when candidates_decided.decision = 'left_out' then null
            when candidates_decided.hash_share < candidates_decided.train_share
                then 'train'
            when
                candidates_decided.hash_share
                < candidates_decided.train_share + candidates_decided.validation_share
                then 'validation'
            else 'test'
        end as split,
        candidates_decided.decision,
        candidates_decided.reason
    from candidates_decided
    inner join sets on candidates_decided.set_name = sets.set_name
)

select * from members_split
