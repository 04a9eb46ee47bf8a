"""Communities of a graph: the same whatever the order of its edges, and of each tier its own."""

from __future__ import annotations

import itertools
import json
import random
from datetime import datetime
from typing import Any

from python_models.knowledge.graph.communities import community_rows

ENDED, NOW, LATER = (datetime(2025, month, 1) for month in (1, 3, 9))


def edge(one: str, other: str | None, tier: str = "open", **more: Any) -> dict[str, Any]:
    return {"subject_id": one, "object_id": other, "tier": tier, "known_from": NOW, **more}


def clique(names: str, tier: str = "open") -> list[dict[str, Any]]:
    return [edge(one, other, tier) for one, other in itertools.combinations(names, 2)]


TWO = [*clique("abcd"), *clique("efgh"), edge("d", "e"), edge("x", "y"), edge("a", None)]


def groups(rows: list[dict[str, Any]], tier: str = "open") -> set[str]:
    found = (json.loads(row["attributes"]) for row in rows if row["tier"] == tier)
    return {"".join(sorted(one)) for one in found}


def test_things_tied_among_each_other_are_one_and_order_changes_nothing() -> None:
    rows = community_rows(TWO)
    assert groups(rows) == {"abcd", "efgh"}
    assert {row["fact_count"] for row in rows} == {6}
    for seed in range(5):
        edges = [
            one if random.Random(seed + at).random() < 0.5
            else one | {"subject_id": one["object_id"] or one["subject_id"],
                        "object_id": one["object_id"] and one["subject_id"]}
            for at, one in enumerate(TWO)
        ]  # fmt: skip
        random.Random(seed).shuffle(edges)
        assert community_rows(edges) == rows


def test_what_ended_or_was_withdrawn_ties_nothing() -> None:
    edges = [*clique("abc"), *(one | {"valid_to": ENDED} for one in clique("cde")),
             *(one | {"known_to": ENDED} for one in clique("efg")),
             *(one | {"valid_from": LATER} for one in clique("ghi"))]  # fmt: skip
    assert groups(community_rows(edges)) == {"abc"}
    assert community_rows([]) == []


def test_what_ends_later_still_holds() -> None:
    assert groups(community_rows([one | {"valid_to": LATER} for one in clique("abc")])) == {"abc"}


def test_a_tier_has_communities_of_what_it_sees_alone() -> None:
    rows = community_rows([*clique("abc"), *clique("cdefgh", "private")])
    assert groups(rows) == {"abc"}
    assert set("".join(groups(rows, "private"))) == set("abcdefgh")
    assert len({row["community_id"] for row in rows}) == len(rows)
