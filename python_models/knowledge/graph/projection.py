"""One graph: what an ontology makes of facts about resolved things, with two times.

Nothing is asked of anybody here: another version of the ontology maps the same facts anew.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from ingestion.knowledge.conditions import Values
from python_models.knowledge.graph.intervals import (
    Clash,
    Edge,
    Known,
    Said,
    Support,
    edges_of,
)
from python_models.knowledge.graph.mapping import Mapped, Ontology, Relation

CARRIES = ("asserted", "negated")  # polarities that say how the world is


class Fact(NamedTuple):
    """What a document says of two things, or of one and a value."""

    fact_id: str
    source: str
    subject: str  # entity
    predicate: str
    object: str | None  # entity
    value: str | None  # words of the object, or the value
    polarity: str
    valid_from: datetime
    valid_to: datetime | None
    known: Known


@dataclass
class Entity:
    """A resolved thing: what it is called and what it is said to be, with how often."""

    entity_id: str
    names: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    sources: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Placed:
    """What a fact is in a graph."""

    fact: Fact
    subject: str
    relation: Relation
    object: str | None
    value: str | None


class EdgeGroup(NamedTuple):
    """All edges of one subject and relation (and object, where there may be many)."""

    subject: str
    relation: Relation
    edges: list[Edge]
    supports: list[Support]
    clashes: list[tuple[datetime, datetime | None, Clash]]


class Misfit(NamedTuple):
    """A fact that has no place in a graph, and why."""

    fact_id: str
    reason: str


@dataclass
class Graph:
    """What a version of an ontology makes of the facts."""

    types: dict[str, str]  # of each entity that has one
    groups: list[EdgeGroup]
    misfits: list[Misfit]


def project(ontology: Ontology, entities: Sequence[Entity], facts: Sequence[Fact]) -> Graph:
    """Return the graph an ontology makes of facts.

    Args:
        ontology: the version.
        entities: what facts are about.
        facts: those that are known at some time.
    """
    about = About(ontology, entities, facts)
    types = _types(ontology, about, entities, facts)
    placed: dict[tuple[str, ...], list[Placed]] = defaultdict(list)
    misfits = []
    for fact in facts:
        if fact.polarity not in CARRIES or not fact.known:
            continue
        found = _placed(ontology, about, types, fact)
        if isinstance(found, Placed):
            placed[_group(found)].append(found)
        elif fact.polarity == "asserted":
            misfits.append(Misfit(fact.fact_id, found))
    groups = [_edges(placed[key]) for key in sorted(placed)]
    return Graph(types, [group for group in groups if group.edges], misfits)


def _group(placed: Placed) -> tuple[str, ...]:
    about = (placed.subject, placed.relation.name)
    return about if placed.relation.is_functional else (*about, _object(placed))


def _object(placed: Placed) -> str:
    """Return the object as one text: values of a relation to text are told apart by case too."""
    return placed.object or placed.value or ""


def _edges(placed: Sequence[Placed]) -> EdgeGroup:
    said = [
        Said(
            one.fact.fact_id, _object(one), one.fact.valid_from, one.fact.valid_to,
            one.fact.known, one.fact.polarity == "negated",
        )
        for one in placed
    ]  # fmt: skip
    first = placed[0]
    found = edges_of(said, first.relation.is_functional)
    return EdgeGroup(first.subject, first.relation, *found)


def _placed(ontology: Ontology, about: About, types: Mapping[str, str], fact: Fact) -> Placed | str:
    """Return a fact's place in the graph, or why it has none."""
    mapped = ontology.relation_of(fact.predicate, about.of_fact(fact, types))
    if mapped.name is None:
        return mapped.reason or "relation not mapped"
    subject, other = fact.subject, fact.object
    turned = ontology.inverses.get(mapped.name)
    relation = ontology.relations[turned or mapped.name]
    if turned:
        if other is None:
            return f"object missing: {mapped.name} leads to no thing"
        subject, other = other, subject
    if relation.is_attribute:
        reason = None if fact.value else f"value missing: {relation.name}"
        other = None
    elif other is None:
        reason = f"object missing: {relation.name} leads to no thing"
    else:
        reason = _range(ontology, relation, types.get(other), "object")
    reason = reason or _range(ontology, relation, types.get(subject), "subject")
    if reason:
        return reason
    if other == subject:
        return f"itself: {relation.name} of a thing to itself"
    if relation.is_symmetric and other is not None and other < subject:
        subject, other = other, subject
    return Placed(fact, subject, relation, other, fact.value if relation.is_attribute else None)


def _range(ontology: Ontology, relation: Relation, kind: str | None, side: str) -> str | None:
    wanted = relation.to_type if side == "object" else relation.from_type
    if kind is None:
        return f"{side} has no type"
    if ontology.is_a(kind, wanted):
        return None
    return f"{side} is a {kind}, not a {wanted}: {relation.name}"


class About:
    """What conditions may ask about a thing or a fact."""

    def __init__(
        self, ontology: Ontology, entities: Iterable[Entity], facts: Sequence[Fact]
    ) -> None:
        self.ontology = ontology
        self.entities = {one.entity_id: one for one in entities}
        self._facts = facts
        self._of_subject: dict[str, dict[str, set[str]]] | None = None

    def term(self, entity_id: str, term: str, kinds: Collection[str]) -> Collection[str]:
        """Return the values of a term of a thing."""
        entity = self.entities.get(entity_id)
        if entity is None:
            return ()
        if term == "name":
            return list(entity.names)
        if term == "type":
            return kinds
        if term == "source":
            return entity.sources
        if self._of_subject is None:
            self._of_subject = self._gathered()
        return self._of_subject.get(entity_id, {}).get(term, ())

    def _gathered(self) -> dict[str, dict[str, set[str]]]:
        """Return what is said of each thing: names of objects and values, by relation."""
        found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for fact in self._facts:
            if fact.polarity != "asserted" or not fact.value:
                continue
            name = self.ontology.plain_relation(fact.predicate)
            found[fact.subject][f"attr.{name}"].add(fact.value)
            if fact.object is not None:
                found[fact.subject][f"fact.{name}"].update(self.entities[fact.object].names)
        return found

    def of_fact(self, fact: Fact, types: Mapping[str, str]) -> Values:
        """Return the values of terms of a fact."""

        def values(term: str) -> Collection[str]:
            if term == "predicate":
                return (fact.predicate,)
            if term == "source":
                return (fact.source,)
            if term == "value":
                return (fact.value,) if fact.value else ()
            side, _, rest = term.partition(".")
            thing = fact.subject if side == "subject" else fact.object
            if thing is None:
                return ()
            kind = types.get(thing)
            return self.term(thing, rest, (kind,) if kind else ())

        return values


def _types(
    ontology: Ontology, about: About, entities: Sequence[Entity], facts: Sequence[Fact]
) -> dict[str, str]:
    """Return the type of each thing that has one: what it is said to be most often."""
    types: dict[str, str] = {}
    untyped: set[str] = set()
    for entity in entities:
        found: Counter[str] = Counter()
        for said, count in entity.types.items():
            if said:
                mapped = _type(ontology, about, entity, said)
                if mapped.name:
                    found[mapped.name] += count
        if found:
            types[entity.entity_id] = min(found, key=lambda name: (-found[name], name))
        elif set(entity.types) <= {""}:
            untyped.add(entity.entity_id)
    return types | _by_relations(ontology, untyped, facts)


def _type(ontology: Ontology, about: About, entity: Entity, said: str) -> Mapped:
    return ontology.type_of(said, lambda term: about.term(entity.entity_id, term, (said,)))


def _by_relations(
    ontology: Ontology, untyped: Collection[str], facts: Sequence[Fact]
) -> dict[str, str]:
    """Return types of things nobody gave one, by the relations they stand in."""
    if not untyped:
        return {}
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for fact in facts:
        if fact.subject not in untyped and fact.object not in untyped:
            continue
        mapped = ontology.relation_of(fact.predicate, lambda term: ())
        if mapped.name is None:
            continue
        turned = ontology.inverses.get(mapped.name)
        relation = ontology.relations[turned or mapped.name]
        sides = [fact.subject, fact.object]
        for thing, kind in zip(
            reversed(sides) if turned else sides,
            (relation.from_type, relation.to_type),
            strict=True,
        ):
            if thing in untyped and thing is not None and kind in ontology.parents:
                votes[thing][kind] += 1
    return {
        thing: min(found, key=lambda name: (-found[name], name)) for thing, found in votes.items()
    }
