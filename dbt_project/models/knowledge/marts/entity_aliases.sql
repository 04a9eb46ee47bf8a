-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

resolved as (
    select * from {{ ref('int_knowledge__entities_resolved') }}
    where row_kind in ('anchor', 'alias')
),

called as (
    select
        resolved.resolution_id,
        resolved.entity_id,
        'name' as kind,
        resolved.name as alias,
        resolved.tier,
        resolved.mention_count
    from resolved
    where resolved.name <> ''
    union all
    select
        resolved.resolution_id,
        resolved.entity_id,
        split_part(resolved.strong, ':', 1) as kind,
        substring(
            resolved.strong, position(':' in resolved.strong) + 1
        ) as alias,
        resolved.tier,
        resolved.mention_count
    from resolved
    where resolved.strong is not null
),

aliases_by_tier as (
    select
        called.resolution_id,
        called.entity_id,
        called.kind,
        called.alias,
        called.tier,
        cast(coalesce(sum(called.mention_count), 0) as bigint) as mention_count
    from called
    group by
        called.resolution_id, called.entity_id, called.kind, called.alias, called.tier
),

entity_aliases as (
    select
        aliases_by_tier.resolution_id,
        aliases_by_tier.entity_id,
        aliases_by_tier.kind,
        aliases_by_tier.alias,
        aliases_by_tier.tier,
        aliases_by_tier.mention_count
    from aliases_by_tier
)

select * from entity_aliases
