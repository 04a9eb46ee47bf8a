"""From facts to graphs over relations, as models call it: decisions, deletions, versions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.knowledge import decisions
from ingestion.knowledge.ontologies import BUNDLED, landed_rows, read_version
from python_models.knowledge.facts import FACTS, facts_of
from python_models.knowledge.graphs import graphs_projected
from python_models.knowledge.resolution.given import read_given
from python_models.knowledge.resolutions import Read, entities_resolved

JAN, FEB, MAR = (datetime(2025, month, 1) for month in (1, 2, 3))
SYNCS = [datetime(2025, month, 10) for month in (1, 2, 3)]
DOCUMENT = {"source": "pages", "tier": "open", "kind": "page", "native_id": "n", "fields": "[]",
            "title": "t", "content_hash": "c", "created_at": None}  # fmt: skip
_TIME = pa.timestamp("us")
MEMBER = pa.schema(
    [("object_id", pa.string()), ("version", pa.string()), ("known_from", _TIME),
     ("known_to", _TIME)]
)  # fmt: skip
RESOLVER = {"resolver_id": "scored", "threshold": 0.94, "name_weight": 0.75,
            "neighbour_weight": 0.25, "margin": 0.1, "uses_first_names": True,
            "uses_scores": True}  # fmt: skip
MENTION = pa.schema([(name, pa.string()) for name in (
    "chunker_id", "extractor_id", "object_id", "version", "type", "name", "strong")]
    + [("mention_count", pa.int64())])  # fmt: skip
DECISION = pa.schema([(name, pa.string()) for name in (
    "decision_id", "kind", "anchor", "other_anchor", "undoes")]
    + [("decided_at", pa.timestamp("us"))])  # fmt: skip


@dataclass(frozen=True)
class Ready:
    """What graphs are made of: facts and cells, things, and all that a model hands over."""

    read: Read
    resolved: Any
    arguments: tuple[Any, ...]


class Corpus:
    """Documents with their statements, and what models make of them."""

    def __init__(self, ontologies: tuple[str, ...] = ("v1",)) -> None:
        self.said: list[dict[str, Any]] = []
        self.members: list[dict[str, Any]] = []
        self.documents: list[dict[str, Any]] = []
        self.awaited: list[dict[str, Any]] = []
        self.requested: list[dict[str, Any]] = []
        self.ontologies = ontologies
        self.session = duckdb.connect()

    def add(self, object_id: str, version: str, known: tuple, day: datetime, *said: tuple) -> None:
        """Add a version: what it says as (subject, predicate, object), types by the names."""
        known_from, known_to = known
        place = {"object_id": object_id, "version": version}
        self.members.append({**place, "known_from": known_from, "known_to": known_to})
        self.documents.append({**DOCUMENT, **place, "updated_at": day})
        for ordinal, (subject, predicate, other) in enumerate(said):
            self.said.append(
                dict.fromkeys(FACTS.names)
                | {**place, "fact_id": f"{object_id}{version}{ordinal}", "extractor_id": "x",
                   "evidence_start": ordinal, "evidence_end": ordinal + 1,
                   "subject_type": _kind(subject), "subject_name": subject,
                   "predicate": predicate, "object_type": _kind(other), "object_name": other,
                   "polarity": "asserted", "confidence": 1.0}
            )  # fmt: skip

    def _of(self, rows: list[dict[str, Any]], schema: pa.Schema | None = None) -> Any:
        return self.session.from_arrow(pa.Table.from_pylist(rows, schema))

    def _cells(self) -> Any:
        return self._of([
            {"resolution_id": "r", "chunker_id": "c", "extractor_id": "x",
             "resolver_id": "scored", "ontology_id": one, "graph_id": f"g-{one}"}
            for one in self.ontologies
        ])  # fmt: skip

    def read(self) -> Read:
        """Return facts and cells as relations."""
        facts = facts_of(self.said, self.documents, self.members, [], [])
        located = [
            {"fact_id": row["fact_id"], "chunker_id": "c", "extractor_id": "x"}
            for row in facts.to_pylist()
        ]
        return Read(self._cells(), self.session.from_arrow(facts), self._of(located),
                    self._of(self.members, MEMBER))  # fmt: skip

    def build(self) -> tuple[Any, Any]:
        """Return resolved and projected rows as relations."""
        ready = self.ready()
        return ready.resolved, self.session.from_arrow(graphs_projected(*ready.arguments))

    def ready(self, before: Ready | None = None) -> Ready:
        """Return what a graph is made of, facts and things as they were `before` if given."""
        read, documents = before.read if before else self.read(), self._of(self.documents)
        if before:
            read = read._replace(cells=self._cells())
        kept = [{name: row[name] for name in DECISION.names} for row in decisions.kept()]
        resolved = before.resolved if before else entities_resolved(
            read, self._of([], MENTION), documents, self._of(kept, DECISION),
            self._of([RESOLVER]),
            self._of([{"kind": "email", "type": "", "pattern": r"\S+@\S+"}]),
        )  # fmt: skip
        lines = [
            {"part": part, "content": json.dumps(row)}
            for one in self.ontologies
            for part, rows in landed_rows(read_version(BUNDLED / one)).items()
            for row in rows
        ]
        waits = pa.schema([(name, pa.string()) for name in
                           ("chunker_id", "extractor_id", "object_id", "version")])  # fmt: skip
        if before is None:
            resolved = self.session.from_arrow(resolved)
        return Ready(read, resolved, (
            read, resolved, self._of(self.awaited, waits), documents, self._of(lines),
            self._of([{"extractor_id": "x", "kind": "prompt", "types": "person team service"}]),
            self._of([{"text_hash": "h", "text": "our vendor is late"}]),
            self._of(self.requested, pa.schema([("type", pa.string())])),
        ))  # fmt: skip

    def edges(self, graph: str = "g-v1") -> set[tuple]:
        """Return edges of a graph by names, with both times."""
        resolved, projected = self.build()
        names = dict(
            resolved.filter("row_kind = 'anchor' and name <> ''").project("entity_id, name")
            .distinct().order("name desc").fetchall()
        )  # fmt: skip
        rows = projected.filter(f"row_kind = 'edge' and graph_id = '{graph}'").project(
            "subject_id, relation, coalesce(object_id, value), valid_from, valid_to, known_from,"
            " known_to"
        )
        return {(names[row[0]], row[1], names.get(row[2], row[2]), *row[3:])
                for row in rows.fetchall()}  # fmt: skip


def _kind(name: str) -> str:
    return "team" if name.startswith("Team") else "person" if " " in name else "service"


def test_a_replaced_version_ends_what_it_alone_said_and_a_deleted_one_all() -> None:
    corpus = Corpus()
    corpus.add("d", "v1", (SYNCS[0], SYNCS[1]), JAN, ("Ledger", "owned by", "Team Atlas"),
               ("Ledger", "depends on", "Quay"))  # fmt: skip
    corpus.add("d", "v2", (SYNCS[1], SYNCS[2]), FEB, ("Ledger", "owned by", "Team Harbor"),
               ("Ledger", "depends on", "Quay"))  # fmt: skip
    assert corpus.edges() == {
        ("Ledger", "owned_by", "Team Atlas", JAN, None, SYNCS[0], SYNCS[1]),
        ("Ledger", "owned_by", "Team Harbor", FEB, None, SYNCS[1], SYNCS[2]),
        ("Ledger", "depends_on", "Quay", JAN, None, SYNCS[0], SYNCS[2]),
    }


def test_a_version_without_answers_withdraws_nothing() -> None:
    corpus = Corpus()
    corpus.add("d", "v1", (SYNCS[0], SYNCS[1]), JAN, ("Ledger", "owned by", "Team Atlas"))
    corpus.add("d", "v2", (SYNCS[1], None), FEB)
    assert {edge[6] for edge in corpus.edges()} == {SYNCS[1]}
    corpus.awaited = [{"chunker_id": "c", "extractor_id": "x", "object_id": "d", "version": "v2"}]
    assert corpus.edges() == {("Ledger", "owned_by", "Team Atlas", JAN, None, SYNCS[0], None)}


def test_a_merge_taken_back_gives_the_former_graph_and_ids_stay() -> None:
    corpus = Corpus()
    corpus.add("d1", "v1", (SYNCS[0], None), JAN, ("Ledger", "owned by", "Team Atlas"))
    corpus.add("d2", "v1", (SYNCS[1], None), FEB, ("Bookkeeper", "depends on", "Quay"))
    before, ids = corpus.edges(), read_given()
    [made] = decisions.decide(
        "merge", [("name:service:ledger:*", "name:service:bookkeeper:*")], "one service", "me"
    )
    merged = corpus.edges()
    assert merged != before and len({edge[0] for edge in merged}) == 1
    decisions.decide("undo", [], "it was not", "me", undoes=made)
    assert corpus.edges() == before
    assert read_given() == ids, "an id is given once"


def test_another_version_of_the_ontology_maps_the_same_facts() -> None:
    corpus = Corpus(("v1", "v2"))
    corpus.add("d", "v1", (SYNCS[0], None), JAN, ("ledger-db", "depends on", "Quay"),
               ("Mira Okafor", "on call for", "Quay"))  # fmt: skip
    assert {edge[1] for edge in corpus.edges("g-v1")} == {"depends_on", "on_call"}
    assert {edge[1] for edge in corpus.edges("g-v2")} == {"depends_on", "responds_for"}
    _, projected = corpus.build()
    kinds = projected.filter("row_kind = 'node'").project("graph_id, type").distinct().fetchall()
    assert ("g-v2", "Datastore") in kinds and ("g-v1", "Datastore") not in kinds
    gaps = projected.filter("row_kind = 'coverage' and reason = 'gap'").project(
        "graph_id, type, attributes"
    )
    assert ("g-v2", "Vendor", '{"count": 1, "texts": ["h"]}') in gaps.fetchall()
    corpus.requested = [{"type": "Vendor"}]  # once it is asked for it is no gap any more
    _, projected = corpus.build()
    left = projected.filter("row_kind = 'coverage' and type = 'Vendor'").project("reason")
    assert left.fetchall() == [("asked",)]


def test_a_node_says_no_more_than_the_documents_of_its_tier() -> None:
    corpus = Corpus()
    corpus.add("open", "v", (SYNCS[0], None), JAN, ("Ledger", "owned by", "Team Atlas"))
    for number in (1, 2):
        corpus.add(f"closed{number}", "v", (SYNCS[0], None), FEB, ("Ledger", "renamed to", "Vault"),
                   ("Ledger", "owned by", "Team Secret"))  # fmt: skip
        corpus.documents[-1]["tier"] = "private"
    _, projected = corpus.build()
    nodes = projected.filter("row_kind = 'node'").project("name, attributes, tier").fetchall()
    assert {name: tier for name, _, tier in nodes} == {
        "Ledger": "open", "Team Atlas": "open", "Team Secret": "private"
    }  # fmt: skip
    told = [json.loads(attributes) for name, attributes, _ in nodes if name == "Ledger"]
    assert told and not any(told)
    renamed = projected.filter("row_kind = 'edge' and relation = 'renamed_to'")
    assert renamed.project("value, tier").fetchall() == [("Vault", "private")]


def test_a_node_whose_open_documents_are_gone_is_not_open_any_more() -> None:
    corpus = Corpus()
    corpus.add("open", "v", (SYNCS[0], SYNCS[1]), JAN, ("Ledger", "owned by", "Team Atlas"))
    corpus.add("closed", "v", (SYNCS[0], None), JAN, ("Ledger", "owned by", "Team Atlas"))
    corpus.documents[-1]["tier"] = "restricted"
    _, projected = corpus.build()
    tiers = projected.filter("row_kind = 'node'").project("tier").distinct().fetchall()
    assert tiers == [("restricted",)]
