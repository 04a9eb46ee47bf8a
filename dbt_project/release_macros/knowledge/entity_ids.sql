-- The things that an id, a name or a strong id (a mail address, an account) stands for.
create or replace macro knowledge.entity_ids(entity, cell := null) as table
with

chosen as (
    select resolution_id
    from knowledge.grid_cells
    where case when cell is null then released else cell_id = cell end
    order by released desc, grid_id asc
    limit 1
),

found as (
    select
        aliases.entity_id,
        aliases.entity_id = entity as is_id,
        aliases.mention_count
    from knowledge.entity_aliases as aliases
    inner join chosen on aliases.resolution_id = chosen.resolution_id
    where
        aliases.entity_id = entity
        or lower(aliases.alias) = lower(entity)
        or lower(aliases.kind || ':' || aliases.alias) = lower(entity)
)

select found.entity_id
from found
group by found.entity_id
order by bool_or(found.is_id) desc, sum(found.mention_count) desc, found.entity_id asc;
