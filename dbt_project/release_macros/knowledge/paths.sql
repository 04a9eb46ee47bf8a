-- The ways from one thing to another of at most `longest` edges, the shortest first (50 at most).
create or replace macro knowledge.paths(
    a,
    b,
    longest := 4,
    as_of := null,
    cell := null
) as table
with recursive

links as (
    select
        subject_id as here,
        object_id as there,
        subject || ' -[' || relation || ']-> ' || object as said,
        edge_id
    from knowledge.graph_as_of(valid := as_of, cell := cell)
    where object_id is not null
    union all
    select
        object_id as here,
        subject_id as there,
        object || ' <-[' || relation || ']- ' || subject as said,
        edge_id
    from knowledge.graph_as_of(valid := as_of, cell := cell)
    where object_id is not null
),

goals as (
    select entity_id from knowledge.entity_ids(b, cell := cell)
),

ways as (
    select
        entity_id as at_id,
        [entity_id] as passed,
        cast([] as varchar[]) as edges,
        cast([] as varchar[]) as said,
        0 as steps
    from knowledge.entity_ids(a, cell := cell)
    union all
    select
        links.there as at_id,
        list_append(ways.passed, links.there) as passed,
        list_append(ways.edges, links.edge_id) as edges,
        list_append(ways.said, links.said) as said,
        ways.steps + 1 as steps
    from ways
    inner join links on ways.at_id = links.here
    where
        ways.steps < longest
        and not list_contains(ways.passed, links.there)
        and ways.at_id not in (select entity_id from goals)
)

select
    ways.steps,
    array_to_string(ways.said, ', ') as path,
    ways.edges,
    ways.passed as entities
from ways
where ways.steps > 0 and ways.at_id in (select entity_id from goals)
order by ways.steps, path
limit 50;
