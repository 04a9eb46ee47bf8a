"""What keeps text of a stricter tier out of what readers of a looser one see."""

from __future__ import annotations

from expectations.promise import Promise, no_rows

TIERS = ["open", "restricted", "private"]
_BECAUSE = "readers of a tier get every row that says it is of theirs"


def as_closed_as(source: str, *keys: str) -> Promise:
    """Promise that no row is more open than what it was made from.

    Args:
        source: table of the gate with `tier`.
        keys: columns that name a row of it, under the same names in both.
    """
    listed = ", ".join(keys)
    return no_rows(
        f"no row is more open than its {source} row",
        "critical",
        f"""
        with made_from as (
            select {listed}, max(list_position({TIERS}, tier)) as strictest
            from {{{source}}} group by {listed}
        )
        select {listed}, tier from {{batch}} inner join made_from using ({listed})
        where coalesce(list_position({TIERS}, tier), 3) < coalesce(strictest, 3)
        """,
        because=_BECAUSE,
    )


def edges_as_closed_as_facts() -> Promise:
    """Promise that no edge is more open than a fact that carries it."""
    return no_rows(
        "no edge is more open than a fact that carries it",
        "critical",
        f"""
        with carried as (
            select support.graph_id, support.edge_id,
                max(list_position({TIERS}, facts.tier)) as strictest
            from {{edge_support}} as support
            inner join {{facts}} as facts on support.fact_id = facts.fact_id
            inner join {{edges}} as kept
                on support.graph_id = kept.graph_id and support.edge_id = kept.edge_id
            where list_position({TIERS}, facts.tier) > list_position({TIERS}, kept.tier)
                and support.known_from <= kept.known_from
                and (support.known_to is null or support.known_to > kept.known_from)
            group by support.graph_id, support.edge_id
        )
        select graph_id, edge_id, tier from {{batch}} inner join carried using (graph_id, edge_id)
        where list_position({TIERS}, tier) < strictest
        """,
        because=_BECAUSE,
    )
