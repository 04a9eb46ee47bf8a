"""Ids of entities: given once to an anchor, and never again to another thing."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence

import pyarrow as pa

from ingestion.lakehouse.catalog import catalog
from python_models.knowledge.resolution.anchors import Anchor
from python_models.knowledge.resolution.resolving import Resolution

TABLE = "raw_knowledge.entity_ids"
GIVEN = pa.schema(
    [("anchor", pa.string()), ("entity_id", pa.string()), ("given_at", pa.timestamp("us"))]
)


def id_of(anchor: str) -> str:
    """Return the id that a thing gets from the anchor that was known first."""
    return hashlib.sha256(anchor.encode()).hexdigest()[:16]


def entity_ids(
    resolution: Resolution, anchors: Sequence[Anchor], given: Mapping[str, str]
) -> dict[str, str]:
    """Return the id of each group.

    A group keeps the id its anchors were given: the one whose first anchor it still has, else the
    one most of them have. What was never given one gets it from its first strong id, else from
    the name that was known first.
    """
    members: dict[str, list[Anchor]] = defaultdict(list)
    for one in anchors:
        members[resolution.group_of[resolution.units[one.text]]].append(one)
    claims: list[tuple[bool, int, str, str]] = []
    for group, found in members.items():
        votes: dict[str, int] = defaultdict(int)
        has_first: set[str] = set()
        for text in {one.text for one in found}:
            if entity_id := given.get(text):
                votes[entity_id] += 1
                if id_of(text) == entity_id:
                    has_first.add(entity_id)
        claims += [(name not in has_first, -count, name, group) for name, count in votes.items()]
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for _, _, entity_id, group in sorted(claims):
        if group not in ids and entity_id not in taken:
            ids[group] = entity_id
            taken.add(entity_id)
    spoken_for = taken | set(given.values())
    for group in sorted(members):
        if group not in ids:
            first = min(members[group], key=_first)
            entity_id = id_of(first.text)
            while entity_id in spoken_for:
                entity_id = id_of(f"{entity_id} {group}")
            ids[group] = entity_id
            spoken_for.add(entity_id)
    return ids


def _first(anchor: Anchor) -> tuple[bool, object, str]:
    return anchor.strong is None, anchor.first_known, anchor.text


def read_given() -> dict[str, str]:
    """Return the id of each anchor that has one; the first that was given counts."""
    from pyiceberg.exceptions import NoSuchTableError

    try:
        found = catalog().load_table(TABLE).scan().to_arrow()
    except NoSuchTableError:
        return {}
    rows = found.sort_by([("given_at", "descending"), ("entity_id", "descending")])
    return dict(zip(rows["anchor"].to_pylist(), rows["entity_id"].to_pylist(), strict=True))


def keep_given(new: Mapping[str, str]) -> None:
    """Add ids of anchors in one commit; nothing is written where there is nothing new."""
    from ingestion.lakehouse.clock import now

    if not new:
        return
    rows = [
        {"anchor": anchor, "entity_id": entity_id, "given_at": now()}
        for anchor, entity_id in sorted(new.items())
    ]
    opened = catalog()
    opened.create_namespace_if_not_exists(TABLE.split(".")[0])
    table = opened.create_table_if_not_exists(TABLE, schema=GIVEN)
    table.append(pa.Table.from_pylist(rows, GIVEN))
