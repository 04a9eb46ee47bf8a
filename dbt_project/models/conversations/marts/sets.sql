with

sets as (
    select * from {{ ref('int_conversations__sets_declared') }}
),

members as (
    select * from {{ ref('set_members') }}
),

member_counts as (
    select
        members.set_name,
        count(*) as candidate_count,
        sum(case when members.decision = 'member' then 1 else 0 end) as member_count,
        sum(case when members.split = 'train' then 1 else 0 end) as train_count,
        sum(case when members.split = 'validation' then 1 else 0 end)
            as validation_count,
        sum(case when members.split = 'test' then 1 else 0 end) as test_count,
        count(distinct case when members.decision = 'member' then members.tier end)
            as tier_count
    from members
    group by members.set_name
),

sets_counted as (
    select
        sets.set_name,
        sets.policy,
        sets.description,
        cast(sets.datasets as {{ dbt.type_string() }}) as datasets,
        sets.tiers,
        case
            when sets.tiers = 'open' then 'open'
            when position('private' in sets.tiers) = 0 then 'restricted'
            else 'private'
        end as tier,
        sets.min_grade,
        cast(sets.languages as {{ dbt.type_string() }}) as languages,
        coalesce(sets.labels, 'good') as labels,
        sets.refused_flags,
        sets.mask,
        cast(sets.train_share as double) as train_share,
        cast(sets.validation_share as double) as validation_share,
        cast(coalesce(member_counts.candidate_count, 0) as bigint) as candidate_count,
        cast(coalesce(member_counts.member_count, 0) as bigint) as member_count,
        cast(
            coalesce(member_counts.candidate_count - member_counts.member_count, 0)
            as bigint
        ) as left_out_count,
        cast(coalesce(member_counts.train_count, 0) as bigint) as train_count,
        cast(coalesce(member_counts.validation_count, 0) as bigint)
            as validation_count,
        cast(coalesce(member_counts.test_count, 0) as bigint) as test_count,
        cast(coalesce(member_counts.tier_count, 0) as bigint) as tier_count
    from sets
    left join member_counts on sets.set_name = member_counts.set_name
)

select * from sets_counted
