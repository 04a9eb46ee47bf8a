"""The knowledge part of the synthetic release: three documents, their facts and a graph of them."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import duckdb

from python_models.release.release_macros import create_macros
from tests.dashboards.hostile_text import HOSTILE
from tests.dashboards.mart_rows import Rows, write_marts

FIRST, SECOND = datetime(2026, 1, 5, 9), datetime(2026, 2, 2, 9)
CELL = {
    "grid_id": "default",
    "cell_id": "default",
    "corpus_id": "c1",
    "chunker_id": "whole",
    "embedder_id": "offline_words",
    "extractor_id": "rules",
    "resolver_id": "by_name",
    "ontology_id": "v1",
    "resolution_id": "r1",
    "graph_id": "g1",
}
# object -> (source, tier, title, text)
TEXTS = {
    "billing": ("wiki", "open", "Billing", "# Billing\n\nTeam Harbour owns Billing."),
    "outage": ("wiki", "private", f"Outage {HOSTILE}", "# Outage\n\nBilling caused the outage."),
    "thread": ("chat", "restricted", "#ops", "**Ada**: Billing depends on Ledger."),
}
# edge -> (subject, relation, object, document whose words say it)
EDGES = {
    "e1": ("billing", "owned_by", "harbour", "billing"),
    "e2": ("incident", "caused_by", "billing", "outage"),
    "e3": ("billing", "depends_on", "ledger", "thread"),
}
# thing -> (name, type, tier of the loosest document that names it)
THINGS = {
    "billing": ("Billing", "Service", "open"),
    "harbour": ("Harbour", "Team", "open"),
    "incident": ("Outage", "Incident", "private"),
    "ledger": ("Ledger", "Service", "restricted"),
}


def write_knowledge(connection: duckdb.DuckDBPyConnection, rows: bool) -> None:
    """Make the schema `knowledge` in a release database, with its macros."""
    write_marts(connection, "knowledge", all_rows() if rows else {})
    create_macros(connection)


def all_rows() -> dict[str, Rows]:
    """Return rows of the tables that pages, macros and the API read."""
    found: dict[str, Rows] = {
        "current": [CELL],
        "grid_cells": [CELL | {"released": True}],
        "grids": [
            {"grid_id": "default", "released_cell": "default", "cell_count": 1, "chunker_count": 1,
             "graph_count": 1, "question_count": 1}
        ],
        "grid_metrics": [
            CELL | {"metric": "recall_at_5", "value": 0.5, "low": 0.2, "high": 0.8, "n": 1}
        ],
        "grid_questions": [
            CELL | {"question_id": "q1", "question": HOSTILE, "answer": "Harbour", "first_rank": 1}
        ],
        "sources": [_source(name) for name in ("chat", "wiki")],
        "syncs": [_sync(name) for name in ("chat", "wiki")],
        "conflicts": [],
        "communities": [
            {"graph_id": "g1", "community_id": tier, "tier": tier, "edge_count": len(names) - 1,
             "title": f"About {names[0]}", "summary": None, "members": json.dumps(names)}
            for tier, names in (("open", ["billing"]), ("private", [*THINGS]))
        ],
    }  # fmt: skip
    for name in TEXTS:
        for table, record in _of_document(name):
            found.setdefault(table, []).append(record)
    for name, thing in THINGS.items():
        for table, record in _of_thing(name, *thing):
            found.setdefault(table, []).append(record)
    for name in EDGES:
        for table, record in _of_edge(name):
            found.setdefault(table, []).append(record)
    found["search_term_counts"] = _term_counts(found["search_terms"])
    return found


def _source(name: str) -> dict[str, Any]:
    return {"source": name, "kind": "folder", "tier": "private", "zone": "UTC", "sync_count": 1,
            "document_count": 2, "is_complete": True, "last_exported_at": FIRST,
            "last_sync_id": f"{name}-1"}  # fmt: skip


def _sync(name: str) -> dict[str, Any]:
    return {"sync_id": f"{name}-1", "source": name, "kind": "folder", "mode": "full", "seen": 2,
            "complete": True, "zone": "UTC", "tier": "private", "exported_at": FIRST, "new": 2,
            "changed": 0, "unchanged": 0, "forbidden": 0, "rejected": 0, "gone": 0, "present": 2,
            "started_at": FIRST, "finished_at": FIRST, "seconds": 1.0}  # fmt: skip


def _of_document(name: str) -> list[tuple[str, dict[str, Any]]]:
    source, tier, title, text = TEXTS[name]
    same = {"object_id": name, "version": "1", "source": source, "tier": tier, "kind": "page",
            "title": title, "uri": f"https://{source}.example/{name}", "native_id": name,
            "content_hash": name, "text_hash": name}  # fmt: skip
    terms = Counter(re.findall(r"\w+", text.lower()))
    return [
        ("documents", same | {"text": text, "is_current": True, "updated_at": FIRST,
                              "authors": "[]", "fields": "[]", "flags": "[]", "made_from": "[]"}),
        ("objects", same | {"state": "seen", "blob_hash": name, "locator": name, "size": len(text),
                            "first_seen": FIRST, "last_seen": SECOND}),
        ("corpus_members", same | {"corpus_id": "c1", "known_from": FIRST, "sync_from": "s1"}),
        ("chunks", same | {"chunk_id": name, "chunker_id": "whole", "heading_path": "[]",
                           "ordinal": 1, "span_start": 0, "span_end": len(text),
                           "token_count": len(terms)}),
        *(("search_terms", {"chunker_id": "whole", "term": term, "chunk_id": name, "tier": tier,
                            "tf": count, "chunk_length": terms.total()})
          for term, count in terms.items()),
    ]  # fmt: skip


def _of_thing(name: str, label: str, kind: str, tier: str) -> list[tuple[str, dict[str, Any]]]:
    same = {"resolution_id": "r1", "graph_id": "g1", "entity_id": name, "name": label,
            "type": kind, "tier": tier, "mention_count": 2, "document_count": 1,
            "alias_count": 1}  # fmt: skip
    return [
        ("entities", same),
        ("entity_aliases", same | {"alias": label, "kind": "name"}),
        ("nodes", same | {"attributes": "{}", "valid_from": FIRST, "known_from": FIRST}),
    ]


def _of_edge(name: str) -> list[tuple[str, dict[str, Any]]]:
    subject, relation, target, document = EDGES[name]
    _, tier, _, text = TEXTS[document]
    start = text.index("\n") + 2 if "\n" in text else 0
    same = {"graph_id": "g1", "edge_id": name, "fact_id": f"f-{name}", "tier": tier,
            "subject_id": subject, "relation": relation, "object_id": target,
            "valid_from": FIRST, "known_from": FIRST}  # fmt: skip
    fact = {"fact_id": f"f-{name}", "object_id": document, "version": "1", "extractor_id": "rules",
            "tier": tier, "subject_name": THINGS[subject][0], "predicate": relation,
            "object_name": THINGS[target][0], "polarity": "asserted", "confidence": 1.0,
            "evidence_start": start, "evidence_end": len(text), "said_at": FIRST,
            "valid_from": FIRST + timedelta(days=1), "source": TEXTS[document][0]}  # fmt: skip
    return [
        ("edges", same | {"validity": "state", "confidence": 1.0, "fact_count": 1}),
        ("edge_support", same),
        ("facts", fact),
    ]


def _term_counts(postings: Rows) -> Rows:
    chunks: dict[tuple[str, str], set[str]] = {}
    said: Counter[tuple[str, str]] = Counter()
    for row in postings:
        for term in (row["term"], ""):
            chunks.setdefault((term, row["tier"]), set()).add(row["chunk_id"])
            said[term, row["tier"]] += row["tf"]
    return [
        {"chunker_id": "whole", "term": term, "tier": tier, "chunk_count": len(found),
         "occurrence_count": said[term, tier]}
        for (term, tier), found in chunks.items()
    ]  # fmt: skip
