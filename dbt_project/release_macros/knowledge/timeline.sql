-- What is known now of a thing (an id, a name or a strong id), in the order it came about.
create or replace macro knowledge.timeline(entity, cell := null) as table
with

chosen as (
    select graph_id
    from knowledge.grid_cells
    where case when cell is null then released else cell_id = cell end
    order by released desc, grid_id asc
    limit 1
),

meant as (
    select entity_id from knowledge.entity_ids(entity, cell := cell)
),

called as (
    select
        nodes.entity_id,
        max_by(nodes.name, nodes.valid_from) as name
    from knowledge.nodes as nodes
    inner join chosen on nodes.graph_id = chosen.graph_id
    where nodes.known_to is null
    group by nodes.entity_id
)

select
    edges.valid_from,
    edges.valid_to,
    subjects.name as subject,
    edges.relation,
    coalesce(objects.name, edges.value) as object,
    edges.validity,
    edges.subject_id,
    edges.object_id,
    edges.edge_id,
    edges.fact_count,
    edges.known_from,
    edges.tier
from knowledge.edges as edges
inner join chosen on edges.graph_id = chosen.graph_id
left join called as subjects on edges.subject_id = subjects.entity_id
left join called as objects on edges.object_id = objects.entity_id
where
    edges.known_to is null
    and (
        edges.subject_id in (select entity_id from meant)
        or edges.object_id in (select entity_id from meant)
    )
order by edges.valid_from, edges.relation, object, edges.edge_id;
