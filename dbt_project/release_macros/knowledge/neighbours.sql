-- What lies within some steps of a thing, with the edge that leads there first.
create or replace macro knowledge.neighbours(
    entity,
    depth := 1,
    as_of := null,
    cell := null
) as table
with recursive

links as (
    select
        subject_id as here,
        object_id as there,
        object as name,
        object_type as type,
        relation,
        edge_id,
        true as is_forward
    from knowledge.graph_as_of(valid := as_of, cell := cell)
    where object_id is not null
    union all
    select
        object_id as here,
        subject_id as there,
        subject as name,
        subject_type as type,
        relation,
        edge_id,
        false as is_forward
    from knowledge.graph_as_of(valid := as_of, cell := cell)
    where object_id is not null
),

reached as (
    select
        entity_id as there,
        0 as steps,
        cast(null as varchar) as here
    from knowledge.entity_ids(entity, cell := cell)
    union
    select
        links.there,
        reached.steps + 1 as steps,
        links.here
    from reached
    inner join links on reached.there = links.here
    where reached.steps < depth
),

nearest as (
    select
        there,
        min(steps) as steps
    from reached
    group by there
)

select
    nearest.steps,
    links.there as entity_id,
    links.name,
    links.type,
    links.relation,
    links.is_forward,
    links.here as from_id,
    links.edge_id
from nearest
inner join reached on nearest.there = reached.there and nearest.steps = reached.steps
inner join links on reached.here = links.here and reached.there = links.there
where nearest.steps > 0
order by nearest.steps, links.relation, links.name, links.edge_id;
