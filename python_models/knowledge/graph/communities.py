"""Communities: things of a graph with more edges among them than to others.

Found by Leiden (Traag, Waltman, van Eck 2019), which maximises modularity, with a fixed seed over
sorted edges: the same graph always gives the same. What a tier may see has communities of its own,
made of the edges that it sees.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import graspologic_native

from ingestion.lakehouse.tiers import TIERS

_SEED, _TRIALS = 0, 5
_FEWEST = 3  # things; two are an edge

Row = Mapping[str, Any]


def community_rows(edges: Iterable[Row]) -> list[dict[str, Any]]:
    """Return one row per tier and community of a graph as it is known and holds now.

    Now is when anything was learnt last, so that time alone changes no community.

    Args:
        edges: rows with subject_id, object_id, tier, valid_from, valid_to, known_from, known_to.
    """
    known = [edge for edge in edges if edge.get("object_id")]
    now = max((edge["known_from"] for edge in known), default=None)
    of_tier: dict[str, list[Row]] = defaultdict(list)
    for edge in known:
        if not edge.get("known_to") and _holds(edge, now):
            of_tier[edge["tier"]].append(edge)
    rows, seen = [], []
    for tier in TIERS:
        if of_tier[tier]:
            seen += of_tier[tier]
            rows += [{"tier": tier, **row} for row in _communities(seen, tier)]
    return rows


def _holds(edge: Row, now: Any) -> bool:
    begins, ends = edge.get("valid_from"), edge.get("valid_to")
    return (begins is None or begins <= now) and (ends is None or ends > now)


def _communities(edges: Iterable[Row], tier: str) -> list[dict[str, Any]]:
    weights = Counter(tuple(sorted((edge["subject_id"], edge["object_id"]))) for edge in edges)
    ordered = sorted((one, other, float(count)) for (one, other), count in weights.items())
    _, community_of = graspologic_native.leiden(ordered, seed=_SEED, trials=_TRIALS)
    members: dict[int, set[str]] = defaultdict(set)
    for name, community in community_of.items():
        members[community].add(name)
    inside: Counter[int] = Counter()
    degree: Counter[str] = Counter()
    for (one, other), count in weights.items():
        if community_of[one] == community_of[other]:
            inside[community_of[one]] += count
            degree.update({one: count, other: count})
    rows = []
    for community, names in members.items():
        if len(names) < _FEWEST:
            continue
        listed = sorted(names, key=lambda name: (-degree[name], name))
        said = hashlib.sha256("\n".join((tier, *sorted(names))).encode())
        rows.append(
            {"row_kind": "community", "community_id": said.hexdigest()[:16],
             "attributes": json.dumps(listed), "fact_count": inside[community]}
        )  # fmt: skip
    return sorted(rows, key=lambda row: row["community_id"])
