-- Who owned what on 1 March 2025, as far as it is known now?
select
    subjects.name as owned,
    objects.name as owner,
    edges.valid_from,
    edges.valid_to,
    edges.fact_count
from knowledge.edges as edges
inner join knowledge.current as cell on edges.graph_id = cell.graph_id
inner join knowledge.nodes as subjects
    on edges.graph_id = subjects.graph_id and edges.subject_id = subjects.entity_id
inner join knowledge.nodes as objects
    on edges.graph_id = objects.graph_id and edges.object_id = objects.entity_id
where
    edges.relation = 'owned_by'
    and edges.known_to is null
    and edges.valid_from <= timestamp '2025-03-01'
    and (edges.valid_to is null or edges.valid_to > timestamp '2025-03-01')
    and subjects.known_to is null
    and subjects.valid_to is null
    and objects.known_to is null
    and objects.valid_to is null
order by owned
