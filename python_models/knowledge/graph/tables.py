"""Graphs as rows: nodes, edges, what supports them, what clashes, what has no place."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from ingestion.lakehouse.tiers import TIERS
from python_models.knowledge.graph.communities import community_rows
from python_models.knowledge.graph.intervals import Known, joined, standing
from python_models.knowledge.graph.mapping import Ontology
from python_models.knowledge.graph.nodes import Presence, nodes_of
from python_models.knowledge.graph.projection import (
    Edge,
    EdgeGroup,
    Entity,
    Fact,
    Graph,
    project,
)

Row = Mapping[str, Any]
_TIME = pa.timestamp("us")
PROJECTED = pa.schema(
    [
        ("graph_id", pa.string()),
        (
            "row_kind",
            pa.string(),
        ),  # node | edge | community | support | conflict | misfit | coverage
        ("entity_id", pa.string()),  # of a node
        ("type", pa.string()),
        ("name", pa.string()),
        ("attributes", pa.string()),  # JSON object
        ("edge_id", pa.string()),
        ("community_id", pa.string()),
        ("subject_id", pa.string()),
        ("relation", pa.string()),
        ("object_id", pa.string()),  # entity
        ("value", pa.string()),
        ("fact_id", pa.string()),
        ("other_fact_id", pa.string()),
        ("reason", pa.string()),
        ("validity", pa.string()),
        ("tier", pa.string()),
        ("confidence", pa.float64()),
        ("fact_count", pa.int64()),
        ("valid_from", _TIME),
        ("valid_to", _TIME),
        ("known_from", _TIME),
        ("known_to", _TIME),
    ]
)
SHOWN = 20  # texts that are named where a type may be found


def standing_intervals(members: Iterable[Row], pending: Iterable[Row]) -> dict[tuple, Known]:
    """Return when each version of each object is what is known of it.

    Args:
        members: object_id, version, known_from, known_to.
        pending: object_id, version of those with a chunk that has no answer yet.
    """
    versions: dict[str, list[tuple[str, datetime, datetime | None]]] = defaultdict(list)
    for row in members:
        versions[row["object_id"]].append((row["version"], row["known_from"], row["known_to"]))
    waiting: dict[str, set[str]] = defaultdict(set)
    for row in pending:
        waiting[row["object_id"]].add(row["version"])
    return {
        (object_id, version): known
        for object_id, found in versions.items()
        for version, known in standing(found, waiting.get(object_id, set())).items()
    }


def entities_of(resolved: Iterable[Row], sources: Mapping[str, str]) -> list[Entity]:
    """Return things with their names and types, from the rows of one resolution.

    Args:
        resolved: anchors and aliases.
        sources: source by object.
    """
    found: dict[str, Entity] = {}
    for row in resolved:
        entity = found.setdefault(row["entity_id"], Entity(row["entity_id"]))
        count = row["mention_count"] or 0
        if row["name"]:
            entity.names[row["name"]] += count
        entity.types[row["type"] or ""] += max(count, 1)
        if row["object_id"]:
            entity.sources.add(sources.get(row["object_id"], ""))
    return [found[name] for name in sorted(found)]


def known_facts(
    facts: Iterable[Row], entity_of: Mapping[str, str], stands: Mapping[tuple, Known]
) -> list[Fact]:
    """Return facts as the projection takes them: with entities, and when they are known.

    Args:
        facts: with `subject_anchor` and `object_anchor`.
        entity_of: entity by anchor.
        stands: see `standing_intervals`.
    """
    return [
        Fact(
            row["fact_id"], row["source"], entity_of[row["subject_anchor"]], row["predicate"],
            entity_of[row["object_anchor"]] if row["object_anchor"] else None, row["value"],
            row["polarity"], row["valid_from"], row["valid_to"],
            stands.get((row["object_id"], row["version"]), ()),
        )
        for row in facts
    ]  # fmt: skip


def presence_of(
    anchors: Iterable[Row], days: Mapping[tuple, datetime], stands: Mapping[tuple, Known]
) -> dict[str, list[Presence]]:
    """Return the documents that name each thing: of which day they are, when they are known."""
    places: dict[str, set[tuple]] = defaultdict(set)
    for row in anchors:
        places[row["entity_id"]].add((row["object_id"], row["version"]))
    found: dict[str, list[Presence]] = {}
    for entity_id, there in places.items():
        by_day: dict[datetime, list] = defaultdict(list)
        for place in there:
            by_day[days[place]] += stands.get(place, ())
        found[entity_id] = [Presence(day, joined(known)) for day, known in by_day.items() if known]
    return found


def graph_rows(
    graph_id: str,
    ontology: Ontology,
    entities: Sequence[Entity],
    facts: Sequence[Fact],
    presence: Mapping[str, Sequence[Presence]],
    facts_by_id: Mapping[str, Row],
    tiers: Mapping[str, str],
    called: Sequence[Entity],
) -> tuple[list[dict[str, Any]], Graph]:
    """Return the rows of one graph, coverage apart.

    A node says no more than its tier may see: what stricter documents say is edges of their tier.

    Args:
        tiers: of each thing's node.
        called: things by the names that documents of their node's tier give them.
    """
    graph = project(ontology, entities, facts)
    rows: list[dict[str, Any]] = []

    def shows(entity_id: str, edge: Edge) -> bool:
        said = strictest(facts_by_id[name]["tier"] for name in edge.facts)
        return TIERS.index(said) <= TIERS.index(tiers.get(entity_id, TIERS[-1]))

    for node in nodes_of(graph, called, presence, shows):
        attributes = {name: listed if len(listed) > 1 else listed[0]
                      for name, listed in node.attributes}  # fmt: skip
        rows.append(
            {"row_kind": "node", "entity_id": node.entity_id, "type": node.type,
             "name": node.name, "tier": tiers.get(node.entity_id, TIERS[-1]),
             "attributes": json.dumps(attributes, ensure_ascii=False, sort_keys=True),
             "valid_from": node.valid_from, "valid_to": node.valid_to,
             "known_from": node.known_from, "known_to": node.known_to}
        )  # fmt: skip
    tied = [row for group in graph.groups for row in _group_rows(group, facts_by_id)]
    rows += tied + community_rows(row for row in tied if row["row_kind"] == "edge")
    rows += [{"row_kind": "misfit", "fact_id": one.fact_id, "reason": one.reason}
             for one in graph.misfits]  # fmt: skip
    return [{"graph_id": graph_id, **row} for row in rows], graph


def _group_rows(group: EdgeGroup, facts: Mapping[str, Row]) -> list[dict[str, Any]]:
    """Return the edges of a group, their supports, and what clashes."""
    common = {"subject_id": group.subject, "relation": group.relation.name}
    rows: list[dict[str, Any]] = []
    ids: dict[tuple[str, datetime], str] = {}
    for edge in group.edges:
        said = f"{group.subject}\n{group.relation.name}\n{edge.object}\n{edge.valid_from}"
        edge_id = hashlib.sha256(said.encode()).hexdigest()[:16]
        ids[edge.object, edge.valid_from] = edge_id
        by = [facts[name] for name in edge.facts]
        leads_to = "value" if group.relation.is_attribute else "object_id"
        rows.append(
            {"row_kind": "edge", **common, "edge_id": edge_id, leads_to: edge.object,
             "validity": group.relation.validity, "fact_count": len(by),
             "confidence": max(row["confidence"] or 0.0 for row in by),
             "tier": strictest(row["tier"] for row in by),
             "valid_from": edge.valid_from, "valid_to": edge.valid_to,
             "known_from": edge.known_from, "known_to": edge.known_to}
        )  # fmt: skip
    supports: dict[tuple[str, str], list] = defaultdict(list)
    for one in group.supports:
        supports[ids[one.object, one.valid_from], one.fact_id].append(one[3:])
    for (edge_id, fact_id), known in supports.items():
        whole = joined(known)
        rows.append(
            {"row_kind": "support", "edge_id": edge_id, "fact_id": fact_id,
             "tier": facts[fact_id]["tier"],
             "known_from": whole[0][0], "known_to": whole[-1][1]}
        )  # fmt: skip
    clashes: dict[tuple[str, str], dict[str, Any]] = {}
    for start, end, clash in group.clashes:
        clashes[clash[:2]] = {
            "row_kind": "conflict", **common, "fact_id": clash.fact_id,
            "other_fact_id": clash.other_fact_id, "known_from": start, "known_to": end,
            "valid_from": clash.overlap_from, "valid_to": clash.overlap_to,
            "tier": strictest(facts[name]["tier"] for name in clash[:2]),
        }  # fmt: skip
    return rows + list(clashes.values())


def strictest(tiers: Iterable[str | None]) -> str:
    """Return the tier that the fewest may see."""
    return max((tier or TIERS[-1] for tier in tiers), key=TIERS.index, default=TIERS[-1])


def loosest(tiers: Iterable[str | None]) -> str:
    """Return the tier that the most may see."""
    return min((tier or TIERS[-1] for tier in tiers), key=TIERS.index, default=TIERS[-1])


def coverage_rows(
    graph_id: str,
    ontology: Ontology,
    graph: Graph,
    entities: Iterable[Entity],
    asked: set[str],
    texts: Callable[[], Iterable[tuple[str, str]]],
) -> list[dict[str, Any]]:
    """Return of each type how much of it there is, and whether anybody was asked for it.

    A type nobody was asked for can't appear: `fact_count` says then in how many texts its
    patterns stand, and `attributes` names some of them.
    """
    counts = Counter(graph.types.values())
    mentions: Counter[str] = Counter()
    for entity in entities:
        if kind := graph.types.get(entity.entity_id):
            mentions[kind] += sum(entity.types.values())
    rows = []
    for name in ontology.parents:
        said = ontology.says_type(name)
        below = any(parent == name for parent in ontology.parents.values())
        is_gap = not below and not said & asked and not counts[name]
        row: dict[str, Any] = {
            "graph_id": graph_id, "row_kind": "coverage", "type": name,
            "reason": "gap" if is_gap else "abstract" if below and not said else "asked",
            "fact_count": counts[name], "confidence": float(mentions[name]),
        }  # fmt: skip
        if is_gap:
            sought = type_pattern(ontology.patterns.get(name, ()), name)
            found = [text_hash for text_hash, text in texts() if sought.search(text)]
            row["attributes"] = json.dumps({"count": len(found), "texts": found[:SHOWN]})
        rows.append(row)
    return rows


def type_pattern(patterns: Iterable[str], name: str) -> re.Pattern[str]:
    """Return what stands where a type may be found: one of its patterns, else its name."""
    return re.compile("|".join(patterns) or rf"\b{re.escape(name)}s?\b", re.IGNORECASE)
