"""Graphs of all cells: each projected once, by a resolution and a version of the ontology."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from ingestion.lakehouse.tiers import TIERS
from python_models.knowledge.facts import FIELDS
from python_models.knowledge.graph.intervals import Known
from python_models.knowledge.graph.mapping import Ontology, versions_by_part
from python_models.knowledge.graph.projection import Entity
from python_models.knowledge.graph.tables import (
    PROJECTED,
    coverage_rows,
    entities_of,
    graph_rows,
    known_facts,
    loosest,
    presence_of,
    standing_intervals,
)
from python_models.knowledge.relations import rows_of
from python_models.knowledge.resolutions import Read, Row, Shown, distinct, first_known_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation


class _Lake:
    """What all graphs are made from."""

    def __init__(
        self,
        read: Read,
        resolved: DuckDBPyRelation,
        awaited: DuckDBPyRelation,
        documents: DuckDBPyRelation,
    ) -> None:
        self.shown, self.members = Shown(read), rows_of(read.members)
        self.resolved, self.awaited = resolved, awaited
        columns = "object_id, version, source, created_at, updated_at"
        described = {
            (row["object_id"], row["version"]): row for row in rows_of(documents.project(columns))
        }
        self.days = {
            place: described[place]["updated_at"] or described[place]["created_at"] or at
            for place, at in first_known_of(self.members).items()
        }
        self.sources = {place[0]: row["source"] for place, row in described.items()}


class _Resolved:
    """One resolution, ready to be projected by any version of the ontology."""

    def __init__(self, lake: _Lake, key: tuple[str, str, str]) -> None:
        self.resolution_id, chunker_id, self.extractor_id = key
        self.facts = lake.shown.by(chunker_id, self.extractor_id)
        waiting = lake.awaited.filter(
            f"chunker_id = '{chunker_id}' and extractor_id = '{self.extractor_id}'"
        )
        stands = standing_intervals(lake.members, rows_of(waiting))
        found = rows_of(lake.resolved.filter(f"resolution_id = '{self.resolution_id}'"))
        places = [row for row in found if row["row_kind"] == "anchor"]
        named = [row for row in found if row["row_kind"] in ("anchor", "alias")]
        self.entities = entities_of(named, lake.sources)
        entity_of = {row["anchor"]: row["entity_id"] for row in places}
        self.known = known_facts(self.facts, entity_of, stands)
        self.presence = presence_of(places, lake.days, stands)
        self.by_id = {row["fact_id"]: row for row in self.facts}
        self.tiers = _tiers_of(places, stands)
        self.called = self._called(named, lake.sources)

    def _called(self, named: Iterable[Row], sources: Mapping[str, str]) -> list[Entity]:
        """Return things by the names that documents of their node's tier give them."""
        seen = [
            row
            for row in named
            if TIERS.index(row["tier"]) <= TIERS.index(self.tiers.get(row["entity_id"], TIERS[-1]))
        ]
        known = {entity.entity_id: entity for entity in entities_of(seen, sources)}
        return [known.get(one.entity_id, one) for one in self.entities]

    def types_of_fields(self) -> set[str]:
        """Return the types that structured fields speak of."""
        return {
            row[f"{side}_type"]
            for row in self.facts
            for side in ("subject", "object")
            if row["extractor_id"] == FIELDS and row[f"{side}_type"]
        }


def graphs_projected(
    read: Read,
    resolved: DuckDBPyRelation,
    awaited: DuckDBPyRelation,
    documents: DuckDBPyRelation,
    ontologies: DuckDBPyRelation,
    extractors: DuckDBPyRelation,
    texts: DuckDBPyRelation,
    requested: DuckDBPyRelation,
) -> pa.Table:
    """Return every graph that a cell names; nothing is asked of anybody."""
    lake = _Lake(read, resolved, awaited, documents)
    landed = versions_by_part(rows_of(ontologies))
    versions = {name: Ontology.of(version) for name, version in landed.items()}
    types = {row["extractor_id"]: set((row["types"] or "").split()) for row in rows_of(extractors)}
    later = [row["type"] for row in rows_of(requested)]
    prompted = {row["extractor_id"] for row in rows_of(extractors) if row["kind"] != "rules"}

    def texts_in_order() -> Iterable[tuple[str, str]]:
        return texts.project("text_hash, text").order("text_hash").fetchall()

    tables = [PROJECTED.empty_table()]
    for key in distinct(read.cells, "resolution_id, chunker_id, extractor_id"):
        found = _Resolved(lake, key)
        asked = types.get(found.extractor_id, set()) | found.types_of_fields()
        graphs = read.cells.filter(f"resolution_id = '{found.resolution_id}'")
        for graph_id, ontology_id in distinct(graphs, "graph_id, ontology_id"):
            if ontology_id not in versions:
                continue
            ontology = versions[ontology_id]
            rows, graph = graph_rows(
                graph_id, ontology, found.entities, found.known, found.presence, found.by_id,
                found.tiers, found.called,
            )  # fmt: skip
            also = later if found.extractor_id in prompted else []
            here = asked.union(*(ontology.says_type(name) for name in also))
            rows += coverage_rows(graph_id, ontology, graph, found.entities, here, texts_in_order)
            tables.append(pa.Table.from_pylist(rows, PROJECTED))
    return pa.concat_tables(tables)


def _tiers_of(places: Iterable[Row], stands: Mapping[tuple, Known]) -> dict[str, str]:
    """Return who may see a thing's node: whoever may see a document in force that names it."""
    now: dict[str, list[str]] = defaultdict(list)
    ever: dict[str, list[str]] = defaultdict(list)
    for row in places:
        ever[row["entity_id"]].append(row["tier"])
        if any(end is None for _, end in stands.get((row["object_id"], row["version"]), ())):
            now[row["entity_id"]].append(row["tier"])
    return {name: loosest(now.get(name) or listed) for name, listed in ever.items()}
