"""Resolutions of all cells: each computed once, by its own inputs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from ingestion.knowledge.decisions import in_force
from python_models.knowledge.facts import FIELDS, strong_id
from python_models.knowledge.graph.tables import strictest
from python_models.knowledge.relations import rows_of
from python_models.knowledge.resolution.accounts import own_places
from python_models.knowledge.resolution.anchors import Settings, anchor_text
from python_models.knowledge.resolution.given import keep_given, read_given
from python_models.knowledge.resolution.names import name_key
from python_models.knowledge.resolution.tables import (
    RESOLVED,
    decisions_of,
    place_rows,
    resolved_rows,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

Row = Mapping[str, Any]
Place = tuple[str, str]  # object, version


class Read(NamedTuple):
    """Relations that resolutions and graphs are both made from."""

    cells: DuckDBPyRelation
    facts: DuckDBPyRelation
    facts_located: DuckDBPyRelation
    members: DuckDBPyRelation


class Shown:
    """Facts by what shows them: the extractor, and the chunks of a chunker; fields always do."""

    def __init__(self, read: Read) -> None:
        self.facts = [_anchored(row) for row in rows_of(read.facts.order("fact_id"))]
        self._by: dict[tuple[str, str], set[str]] = defaultdict(set)
        shown = read.facts_located.project("chunker_id, extractor_id, fact_id").distinct()
        for chunker_id, extractor_id, fact_id in shown.fetchall():
            self._by[chunker_id, extractor_id].add(fact_id)

    def by(self, chunker_id: str, extractor_id: str) -> list[dict[str, Any]]:
        """Return the facts of a chunker and an extractor, and those of fields."""
        there = self._by.get((chunker_id, extractor_id), set())
        return [
            row for row in self.facts if row["extractor_id"] == FIELDS or row["fact_id"] in there
        ]


def _anchored(row: Row) -> dict[str, Any]:
    """Return a fact with the anchors of its sides."""
    found = dict(row)
    for side in ("subject", "object"):
        key = row[f"{side}_key"]
        found[f"{side}_anchor"] = (
            None
            if key is None
            else anchor_text(row[f"{side}_type"], key, row["object_id"], row[f"{side}_strong"])
        )
    return found


def distinct(cells: DuckDBPyRelation, columns: str) -> list[tuple[Any, ...]]:
    """Return the different values that cells have in some columns, in order."""
    return sorted(cells.project(columns).distinct().fetchall())


def first_known_of(members: Iterable[Row]) -> dict[Place, datetime]:
    """Return when each version of an object was known first."""
    found: dict[Place, datetime] = {}
    for row in members:
        place = (row["object_id"], row["version"])
        found[place] = min(found.get(place, row["known_from"]), row["known_from"])
    return found


def entities_resolved(
    read: Read,
    mentions: DuckDBPyRelation,
    documents: DuckDBPyRelation,
    decisions: DuckDBPyRelation,
    resolvers: DuckDBPyRelation,
    strong_ids: DuckDBPyRelation,
) -> pa.Table:
    """Return every resolution that a cell names; new ids are kept for all time."""
    shown, first_known = Shown(read), first_known_of(rows_of(read.members))
    decided = decisions_of(in_force(rows_of(decisions)))
    described = rows_of(
        documents.project("object_id, version, kind, native_id, title, fields, tier")
    )
    described = [row for row in described if (row["object_id"], row["version"]) in first_known]
    patterns = [
        (row["kind"], row["type"] or "", re.compile(row["pattern"])) for row in rows_of(strong_ids)
    ]
    settings = {row["resolver_id"]: _settings(row) for row in rows_of(resolvers)}
    given = read_given()
    tables, new = [RESOLVED.empty_table()], dict[str, str]()
    tiers = {(row["object_id"], row["version"]): row["tier"] for row in described}
    own = list(own_places(described))
    columns = "resolution_id, chunker_id, extractor_id, resolver_id"
    for resolution_id, chunker_id, extractor_id, resolver_id in distinct(read.cells, columns):
        facts = shown.by(chunker_id, extractor_id)
        named = mentions.filter(f"chunker_id = '{chunker_id}' and extractor_id = '{extractor_id}'")
        there = [*own, *(_mention(row, patterns) for row in rows_of(named))]
        places = place_rows(
            (row for row in there if (row["object_id"], row["version"]) in first_known), facts
        )
        rows, added = resolved_rows(
            resolution_id, places, facts, described, first_known, decided,
            settings[resolver_id], given | new,
        )  # fmt: skip
        new |= added
        put_tiers(rows, tiers)
        tables.append(pa.Table.from_pylist(rows, RESOLVED))
    keep_given(new)
    return pa.concat_tables(tables)


def put_tiers(rows: list[dict[str, Any]], tiers: Mapping[Place, str]) -> None:
    """Give each row who may see it: of a place as the document, else as the strictest place."""
    of_entity: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["row_kind"] == "anchor":
            row["tier"] = tiers[row["object_id"], row["version"]]
            of_entity[row["entity_id"]].append(row["tier"])
    for row in rows:
        if "tier" not in row:
            row["tier"] = strictest(of_entity.get(row.get("entity_id", ""), []))


def _settings(row: Row) -> Settings:
    names = ("threshold", "name_weight", "neighbour_weight", "margin", "uses_first_names",
             "uses_scores")  # fmt: skip
    return Settings(**{name: row[name] for name in names})


def _mention(row: Row, patterns: list[tuple[str, str, re.Pattern[str]]]) -> dict[str, Any]:
    kind = " ".join((row["type"] or "").split())
    return {
        **row,
        "type": kind,
        "key": name_key(kind, row["name"]),
        "strong": row["strong"] or strong_id(kind, row["name"], patterns),
    }
