-- depends_on: {{ ref('gate_knowledge__after_llm') }}
-- Who may see one document that names a thing sees the thing, as the documents of that
-- tier have it: what stricter ones call it are aliases of their tier.
with

resolved_of_tiers as (
    select
        entities_resolved.*,
        case entities_resolved.tier
            when 'open' then 1 when 'restricted' then 2 else 3
        end as tier_place
    from {{ ref('int_knowledge__entities_resolved') }} as entities_resolved
    where entities_resolved.row_kind in ('anchor', 'alias')
),

resolved_with_loosest as (
    select
        resolved_of_tiers.*,
        min(resolved_of_tiers.tier_place) over (
            partition by resolved_of_tiers.resolution_id, resolved_of_tiers.entity_id
        ) as loosest_place
    from resolved_of_tiers
),

resolved as (
    select * from resolved_with_loosest
    where tier_place = loosest_place
),

names as (
    select
        resolved.resolution_id,
        resolved.entity_id,
        resolved.name,
        coalesce(sum(resolved.mention_count), 0) as mention_count
    from resolved
    where resolved.name <> ''
    group by resolved.resolution_id, resolved.entity_id, resolved.name
),

names_by_use as (
    select
        names.*,
        row_number() over (
            partition by names.resolution_id, names.entity_id
            order by names.mention_count desc, length(names.name) desc, names.name asc
        ) as place
    from names
),

types as (
    select
        resolved.resolution_id,
        resolved.entity_id,
        resolved.type,
        row_number() over (
            partition by resolved.resolution_id, resolved.entity_id
            order by coalesce(sum(resolved.mention_count), 0) desc, resolved.type asc
        ) as place
    from resolved
    where resolved.type <> ''
    group by resolved.resolution_id, resolved.entity_id, resolved.type
),

counted as (
    select
        resolved.resolution_id,
        resolved.entity_id,
        cast(coalesce(sum(resolved.mention_count), 0) as bigint) as mention_count,
        count(distinct resolved.object_id) as document_count,
        count(distinct lower(resolved.name)) as alias_count,
        min(resolved.tier_place) as tier_place
    from resolved
    group by resolved.resolution_id, resolved.entity_id
),

entities as (
    select
        counted.resolution_id,
        counted.entity_id,
        coalesce(names_by_use.name, counted.entity_id) as name,
        coalesce(types.type, '') as type,
        case counted.tier_place
            when 1 then 'open' when 2 then 'restricted' else 'private'
        end as tier,
        counted.mention_count,
        counted.document_count,
        counted.alias_count
    from counted
    left join names_by_use
        on
            counted.resolution_id = names_by_use.resolution_id
            and counted.entity_id = names_by_use.entity_id
            and names_by_use.place = 1
    left join types
        on
            counted.resolution_id = types.resolution_id
            and counted.entity_id = types.entity_id
            and types.place = 1
)

select * from entities
