"""Nodes with versioned attributes: what a thing was called and was like, with two times."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from python_models.knowledge.graph.intervals import Edge, Known, is_known, moments_of
from python_models.knowledge.graph.projection import Entity, Graph

RENAMED = "renamed_to"  # the relation whose value is what a thing is called from then on
Values = tuple[tuple[str, tuple[str, ...]], ...]  # (relation, its values), by name


class Presence(NamedTuple):
    """A document that names a thing, or says something of it: of which day it is, when known."""

    said_at: datetime
    known: Known


class Node(NamedTuple):
    """What a thing is from one moment of the world to another, and when that was known."""

    entity_id: str
    type: str
    name: str
    attributes: Values
    valid_from: datetime
    valid_to: datetime | None
    known_from: datetime
    known_to: datetime | None


class _Segment(NamedTuple):
    name: str
    attributes: Values
    valid_from: datetime
    valid_to: datetime | None


def nodes_of(
    graph: Graph,
    entities: Iterable[Entity],
    presence: Mapping[str, Sequence[Presence]],
    shows: Callable[[str, Edge], bool] = lambda entity_id, edge: True,
) -> list[Node]:
    """Return the nodes of a graph: of each thing with a type, while a document names it.

    Args:
        graph: the graph.
        entities: things, by the names that their nodes may bear.
        presence: when documents name them.
        shows: whether the node of a thing may have what an edge of it says.
    """
    attributes: dict[str, list[tuple[str, Edge]]] = defaultdict(list)
    for group in graph.groups:
        if group.relation.is_attribute:
            attributes[group.subject] += [
                (group.relation.name, edge) for edge in group.edges if shows(group.subject, edge)
            ]
    found: list[Node] = []
    for entity in entities:
        kind = graph.types.get(entity.entity_id)
        there = presence.get(entity.entity_id, ())
        if kind is not None and there:
            found += _nodes(entity, kind, there, attributes.get(entity.entity_id, []))
    return found


def _nodes(
    entity: Entity, kind: str, there: Sequence[Presence], said: Sequence[tuple[str, Edge]]
) -> list[Node]:
    """Return the nodes of one thing: segments that stay the same over moments are one row."""
    rows: list[Node] = []
    running: dict[_Segment, datetime] = {}
    known = [one.known for one in there]
    known += [((edge.known_from, edge.known_to),) for _, edge in said]
    for at in moments_of(known):
        segments = _segments(entity, [one for one in there if is_known(one.known, at)], said, at)
        now = {segment: running.pop(segment, at) for segment in segments}
        rows += [_row(entity, kind, segment, start, at) for segment, start in running.items()]
        running = now
    return rows + [_row(entity, kind, segment, start, None) for segment, start in running.items()]


def _row(
    entity: Entity, kind: str, segment: _Segment, start: datetime, end: datetime | None
) -> Node:
    return Node(entity.entity_id, kind, *segment, start, end)


def _segments(
    entity: Entity, there: Sequence[Presence], said: Sequence[tuple[str, Edge]], at: datetime
) -> list[_Segment]:
    """Return what is known of a thing at a moment, as stretches of the world's time."""
    if not there:
        return []
    edges = [(name, edge) for name, edge in said if is_known(((edge[3], edge[4]),), at)]
    first = min([one.said_at for one in there] + [edge.valid_from for _, edge in edges])
    cuts = {first}
    for _, edge in edges:
        cuts |= {one for one in (edge.valid_from, edge.valid_to) if one and one > first}
    ordered = sorted(cuts)
    segments: list[_Segment] = []
    for start, end in zip(ordered, [*ordered[1:], None], strict=True):
        values = _values_at(edges, start)
        name = _name(entity, edges, values)
        if segments and segments[-1][:2] == (name, values):
            segments[-1] = segments[-1]._replace(valid_to=end)
        else:
            segments.append(_Segment(name, values, start, end))
    return segments


def _values_at(edges: Sequence[tuple[str, Edge]], start: datetime) -> Values:
    found: dict[str, set[str]] = defaultdict(set)
    for name, edge in edges:
        if edge.valid_from <= start and (edge.valid_to is None or start < edge.valid_to):
            found[name].add(edge.object)
    return tuple((name, tuple(sorted(found[name]))) for name in sorted(found))


def _name(entity: Entity, edges: Sequence[tuple[str, Edge]], values: Values) -> str:
    """Return what a thing is called: by its last renaming, before the first by another name."""
    called = dict(values).get(RENAMED)
    if called:
        return called[0]
    later = {edge.object.casefold() for name, edge in edges if name == RENAMED}
    return usual_name(entity.names, later)


def usual_name(names: Counter[str], besides: Collection[str] = ()) -> str:
    """Return the name that is used most, of equals the longest, none of `besides` if there is one.

    The same name written with other capitals counts as one; what is written most is shown.
    """
    left = {name: count for name, count in names.items() if name.casefold() not in besides}
    counts: Counter[str] = Counter()
    for name, count in (left or names).items():
        counts[name.casefold()] += count
    if not counts:
        return ""
    best = min(counts, key=lambda name: (-counts[name], -len(name), name))
    spelt = {name: count for name, count in (left or names).items() if name.casefold() == best}
    return min(spelt, key=lambda name: (-spelt[name], name))
