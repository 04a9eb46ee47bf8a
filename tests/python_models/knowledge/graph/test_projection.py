"""Facts to a graph: what a version of the ontology makes of them, at no cost."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from ingestion.knowledge.ontologies import BUNDLED, Version, read_version
from python_models.knowledge.graph.mapping import Ontology
from python_models.knowledge.graph.nodes import Presence, nodes_of
from python_models.knowledge.graph.projection import Entity, Fact, Graph, project

ONE, TWO = datetime(2025, 1, 10), datetime(2025, 2, 10)
JAN, FEB = datetime(2025, 1, 1), datetime(2025, 2, 1)
NOW = ((ONE, None),)
V1 = read_version(BUNDLED / "v1")


def _entity(name: str, kind: str, *names: str) -> Entity:
    return Entity(name, Counter([*(names or (name,))]), Counter({kind: 3}), {"pages"})


THINGS = [
    _entity("ledger", "service", "Ledger", "Ledger", "Beacon"),
    _entity("quay", "service"),
    _entity("quay-db", "service", "Quay-db"),
    _entity("atlas", "team"),
    _entity("mira", "person", "Mira Okafor"),
    _entity("inc-7", "incident"),
    _entity("stranger", ""),
    _entity("acme", "vendor"),
]


def _fact(fact_id: str, subject: str, predicate: str, other: str | None, **given) -> Fact:
    return Fact(
        fact_id, "pages", subject, predicate, other if other in {t.entity_id for t in THINGS}
        else None, other, **({"polarity": "asserted", "valid_from": JAN, "valid_to": None,
        "known": NOW} | given),
    )  # fmt: skip


def _graph(*facts: Fact, version: Version = V1) -> Graph:
    return project(Ontology.of(version), THINGS, facts)


def _edges(graph: Graph) -> list[tuple]:
    return [
        (group.subject, group.relation.name, edge.object)
        for group in graph.groups
        for edge in group.edges
    ]


def test_an_inverse_that_is_said_is_turned_round() -> None:
    graph = _graph(
        _fact("f1", "atlas", "took over", "ledger"), _fact("f2", "quay", "is owned by", "atlas")
    )
    assert _edges(graph) == [("ledger", "owned_by", "atlas"), ("quay", "owned_by", "atlas")]
    assert graph.misfits == []


def test_a_condition_tells_what_one_word_means_of_different_things() -> None:
    graph = _graph(
        _fact("f1", "mira", "moved to", "atlas"), _fact("f2", "ledger", "moved to", "atlas")
    )
    assert _edges(graph) == [("ledger", "owned_by", "atlas"), ("mira", "member_of", "atlas")]


def test_what_is_planned_or_reported_carries_no_edge_and_is_no_misfit() -> None:
    graph = _graph(
        _fact("f1", "ledger", "owned by", "atlas", polarity="planned"),
        _fact("f2", "ledger", "owned by", "atlas", polarity="reported"),
        _fact("f3", "quay", "depends on", "ledger"),
        _fact("f4", "quay", "depends on", "ledger", polarity="negated", valid_from=FEB),
    )
    assert _edges(graph) == [("quay", "depends_on", "ledger")]
    assert graph.groups[0].edges[0].valid_to == FEB
    assert graph.misfits == []


def test_what_has_no_place_says_why() -> None:
    graph = _graph(
        _fact("f1", "ledger", "sings to", "quay"),
        _fact("f2", "mira", "depends on", "quay"),
        _fact("f3", "ledger", "depends on", "atlas"),
        _fact("f4", "ledger", "depends on", "ledger"),
        _fact("f5", "ledger", "depends on", "nothing known"),
        _fact("f6", "acme", "depends on", "ledger"),
    )
    assert dict(graph.misfits) == {
        "f1": "relation not mapped: sings to",
        "f2": "subject is a Person, not a Service: depends_on",
        "f3": "object is a Team, not a Service: depends_on",
        "f4": "itself: depends_on of a thing to itself",
        "f5": "object missing: depends_on leads to no thing",
        "f6": "subject has no type",
    }


def test_a_thing_nobody_gave_a_type_gets_the_one_of_its_relations() -> None:
    graph = _graph(_fact("f1", "stranger", "on call for", "ledger"))
    assert graph.types["stranger"] == "Person"
    assert _edges(graph) == [("ledger", "on_call", "stranger")]


def test_a_renamed_thing_is_one_node_with_two_names() -> None:
    graph = _graph(_fact("f1", "ledger", "was renamed to", "Ledger", valid_from=FEB))
    found = nodes_of(graph, THINGS[:1], {"ledger": [Presence(JAN, NOW)]})
    assert [(node.name, node.valid_from, node.valid_to) for node in found] == [
        ("Beacon", JAN, FEB),
        ("Ledger", FEB, None),
    ]
    assert found[1].attributes == (("renamed_to", ("Ledger",)),)


def test_a_node_ends_with_the_last_document_that_names_it() -> None:
    presence = {"ledger": [Presence(JAN, ((ONE, TWO),))], "mira": [Presence(FEB, ((ONE, None),))]}
    found = nodes_of(_graph(), THINGS, presence)
    assert [(node.entity_id, node.known_from, node.known_to) for node in found] == [
        ("ledger", ONE, TWO),
        ("mira", ONE, None),
    ]


def _version(**rows: list[dict[str, str]]) -> Version:
    given = {"types": V1.types, "relations": V1.relations, "mapping": V1.mapping, "changes": ()}
    return Version("v9", **{name: tuple(rows.get(name, given[name])) for name in given})


def _change(kind: str, what: str, old: str, new: str, condition: str = "") -> dict[str, str]:
    return {"kind": kind, "what": what, "from": old, "to": new, "condition": condition,
            "reason": "it was time"}  # fmt: skip


SYSTEM = {"type": "System", "parent": "Thing", "description": "", "strong_ids": "", "patterns": ""}


def _renamed() -> dict[str, list[dict[str, str]]]:
    """Return rows in which a service is called a system."""
    return {
        "types": [dict(row) for row in V1.types if row["type"] != "Service"] + [SYSTEM],
        "relations": [
            {name: "System" if value == "Service" else value for name, value in row.items()}
            for row in V1.relations
        ],
    }


FACTS = (
    _fact("f1", "quay", "depends on", "quay-db"),
    _fact("f2", "quay", "owned by", "atlas"),
)


def test_a_renamed_type_keeps_its_edges() -> None:
    version = _version(**_renamed(), changes=[_change("rename", "type", "Service", "System")])
    graph = _graph(*FACTS, version=version)
    assert graph.types["quay"] == "System"
    assert _edges(graph) == [("quay", "depends_on", "quay-db"), ("quay", "owned_by", "atlas")]


def test_a_split_type_goes_by_its_condition_and_tightened_ranges_give_misfits() -> None:
    store = SYSTEM | {"type": "Datastore"}
    version = _version(
        types=[*V1.types, store],
        changes=[_change("split", "type", "Service", "Datastore", "name ~ '-db$'")],
    )
    graph = _graph(*FACTS, version=version)
    assert (graph.types["quay"], graph.types["quay-db"]) == ("Service", "Datastore")
    assert dict(graph.misfits) == {"f1": "object is a Datastore, not a Service: depends_on"}
    by_owner = _change("split", "type", "Service", "Datastore", "fact.owned_by = 'atlas'")
    graph = _graph(*FACTS, version=_version(types=[*V1.types, store], changes=[by_owner]))
    assert graph.types["quay"] == "Datastore"


def test_a_retired_relation_gives_misfits_with_its_reason() -> None:
    version = _version(
        relations=[row for row in V1.relations if row["relation"] != "depends_on"],
        changes=[_change("retire", "relation", "depends_on", "")],
    )
    graph = _graph(*FACTS, version=version)
    assert dict(graph.misfits) == {"f1": "relation retired: depends_on: it was time"}


def test_merged_relations_are_one() -> None:
    version = _version(
        relations=[row for row in V1.relations if row["relation"] != "affected"],
        changes=[_change("merge", "relation", "affected", "caused_by")],
    )
    graph = _graph(_fact("f1", "inc-7", "affected", "ledger"), version=version)
    assert _edges(graph) == [("inc-7", "caused_by", "ledger")]
