-- Edges as they hold in the world at `valid`, as far as it was known at `known`; now, for none.
create or replace macro knowledge.graph_as_of(
    valid := null,
    known := null,
    cell := null
) as table
with

chosen as (
    select
        graph_id,
        resolution_id,
        coalesce(cast(valid as timestamp), cast(now() as timestamp)) as valid_at,
        coalesce(cast(known as timestamp), cast(now() as timestamp)) as known_at
    from knowledge.grid_cells
    where case when cell is null then released else cell_id = cell end
    order by released desc, grid_id asc
    limit 1
),

called as (
    select
        nodes.entity_id,
        nodes.name,
        nodes.type
    from knowledge.nodes as nodes
    inner join chosen on nodes.graph_id = chosen.graph_id
    where
        nodes.known_from <= chosen.known_at
        and (nodes.known_to is null or nodes.known_to > chosen.known_at)
    qualify row_number() over (
        partition by nodes.entity_id
        order by
            nodes.valid_from <= chosen.valid_at desc,
            case when nodes.valid_from <= chosen.valid_at then nodes.valid_from end desc,
            nodes.valid_from asc
    ) = 1
)

select
    edges.edge_id,
    edges.subject_id,
    subjects.name as subject,
    subjects.type as subject_type,
    edges.relation,
    edges.object_id,
    coalesce(objects.name, edges.value) as object,
    objects.type as object_type,
    edges.validity,
    edges.valid_from,
    edges.valid_to,
    edges.known_from,
    edges.known_to,
    edges.fact_count,
    edges.confidence,
    edges.tier
from knowledge.edges as edges
inner join chosen on edges.graph_id = chosen.graph_id
left join called as subjects on edges.subject_id = subjects.entity_id
left join called as objects on edges.object_id = objects.entity_id
where
    edges.valid_from <= chosen.valid_at
    and (edges.valid_to is null or edges.valid_to > chosen.valid_at)
    and edges.known_from <= chosen.known_at
    and (edges.known_to is null or edges.known_to > chosen.known_at)
order by subject, edges.relation, object, edges.edge_id;
