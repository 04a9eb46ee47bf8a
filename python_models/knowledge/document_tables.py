"""Shapes of the tables of documents, and what a build has of them already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import duckdb
import pyarrow as pa

from python_models.knowledge.planning import planned_documents
from python_models.knowledge.reading import read_documents

_TEXT, _TIME = pa.string(), pa.timestamp("us")
PLANNED_SHAPE = pa.schema(
    [
        *((name, _TEXT) for name in (
            "object_id", "version", "source", "kind", "native_id", "uri", "title", "parent_id",
            "tier", "content_hash", "blob_hash", "locator", "made_from",
        )),
        ("created_at", _TIME),
        ("updated_at", _TIME),
        ("known_from", _TIME),
        ("known_to", _TIME),
        ("sync_from", _TEXT),
        ("sync_to", _TEXT),
        ("withdrawn_because", _TEXT),
    ]
)  # fmt: skip
DOCUMENTS_SHAPE = pa.schema(
    [
        *((name, _TEXT) for name in (
            "object_id", "version", "source", "kind", "native_id", "uri", "parent_id", "tier",
            "content_hash", "made_from", "title", "text", "text_hash", "authors", "fields",
        )),
        ("created_at", _TIME),
        ("updated_at", _TIME),
        *((name, _TEXT) for name in (
            "language", "canon_version", "flags", "links", "messages", "failure",
        )),
    ]
)  # fmt: skip
BATCH = 500


def planned(versions: duckdb.DuckDBPyRelation) -> pa.Table:
    """Return the plan of all documents."""
    rows = versions.to_arrow_table().to_pylist()
    return pa.Table.from_pylist(list(planned_documents(rows)), schema=PLANNED_SHAPE)


def documents_read(
    session: duckdb.DuckDBPyConnection, plan: duckdb.DuckDBPyRelation, known: str | None
) -> pa.Table:
    """Return the documents that were planned and not read before (`known` is their table)."""
    rows = _once(plan.to_arrow_table().to_pylist())
    if known:
        have = set(session.sql(f"select object_id, version, tier from {known}").fetchall())
        rows = [row for row in rows if (row["object_id"], row["version"], row["tier"]) not in have]
    return pa.Table.from_batches(_batches(read_documents(rows)), schema=DOCUMENTS_SHAPE)


def _once(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per version, however many intervals it has: the newest."""
    ordered = sorted(rows, key=lambda row: row["known_from"])
    return list({(row["object_id"], row["version"]): row for row in ordered}.values())


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[pa.RecordBatch]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield pa.RecordBatch.from_pylist(batch, schema=DOCUMENTS_SHAPE)
            batch = []
    if batch:
        yield pa.RecordBatch.from_pylist(batch, schema=DOCUMENTS_SHAPE)
