"""Communities of the graph: things with more edges among them than to others."""

from __future__ import annotations

from dashboards.parts.page import Ask, part
from dashboards.parts.tables import table

# of the widest tier the release has: its communities are made of all that its readers may see
COMMUNITIES = """
with communities as (  -- an older release has no summaries
    select cast(null as varchar) as title, cast(null as varchar) as summary where false
    union all by name
    from knowledge.communities
),
listed as (
    select community_id, title, summary, edge_count,
        unnest(from_json(members, '["VARCHAR"]')) as entity_id,
        generate_subscripts(from_json(members, '["VARCHAR"]'), 1) as place
    from communities
    where graph_id = (select graph_id from knowledge.current) and tier = (
        select max_by(tier, list_position(['open', 'restricted', 'private'], tier))
        from knowledge.communities
        where graph_id = (select graph_id from knowledge.current)
    )
),
named as (
    select entity_id, max_by(name, valid_from) as name
    from knowledge.nodes
    where graph_id = (select graph_id from knowledge.current) and known_to is null
    group by entity_id
)
select string_agg(coalesce(name, entity_id), ', ' order by place)
        filter (where place <= 6) as things,
    any_value(title) as title, any_value(summary) as summary, count(*) as thing_count,
    any_value(edge_count) as edge_count, community_id
from listed left join named using (entity_id)
group by community_id
order by thing_count desc, things
"""
COLUMNS = {
    "things": "Things",
    "title": "Title",
    "summary": "Summary",
    "thing_count": "Things in all",
    "edge_count": "Edges",
    "community_id": None,
}


def show_communities(ask: Ask) -> None:
    """List the communities, the largest first."""
    found = ask(COMMUNITIES)
    if found.num_rows:
        part(
            "Communities",
            "Things with more edges among them than to others, as the graph holds now; "
            "the six best tied of each are named.",
        )
        unsaid = {} if any(found["title"].to_pylist()) else {"title": None, "summary": None}
        table(found, "knowledge_communities", COLUMNS | unsaid)
