-- depends_on: {{ ref('gate_conversations__after_llm') }}
-- A split depends on the content alone: a conversation stays where it is when others
-- come or go. Where copies stay (keep_all) their cluster decides: none is trained on
-- and tested with.
with

candidates as (
    select * from {{ ref('int_conversations__set_candidates_ranked') }}
),

taken as (
    select
        candidates.set_name,
        candidates.cluster_id,
        candidates.record_id
    from candidates
    where candidates.unfit_reason is null and candidates.place = 1
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
            when candidates.policy = 'keep_all' or candidates.place = 1 then 'member'
            else 'left_out'
        end as decision,
        case
            when candidates.unfit_reason is not null then candidates.unfit_reason
            when candidates.policy = 'keep_all' and candidates.copies > 1
                then 'keep_all: one of ' || candidates.copies || ' copies'
            when candidates.copies = 1 then 'no other copy is fit for the set'
            when candidates.place = 1
                then candidates.policy || ': best of ' || candidates.copies || ' copies'
            else candidates.policy || ': record ' || taken.record_id || ' was taken'
        end as reason,
        candidates.train_share,
        candidates.validation_share,
        {{ hash_share(
            "case when candidates.policy = 'keep_all' then candidates.cluster_id "
            ~ "else candidates.conversation_id end"
        ) }} as hash_share
    from candidates
    left join taken
        on
            candidates.set_name = taken.set_name
            and candidates.cluster_id = taken.cluster_id
),

members_split as (
    select
        candidates_decided.set_name,
        candidates_decided.record_id,
        candidates_decided.conversation_id,
        candidates_decided.dataset_id,
        candidates_decided.tier,
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
)

select * from members_split
