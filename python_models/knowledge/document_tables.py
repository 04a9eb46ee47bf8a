"""Shapes of the tables of documents, and what a build has of them already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import duckdb
import pyarrow as pa

from python_models.knowledge.links import Targets, link_rows
from python_models.knowledge.log_files.tables import planned_templates
from python_models.knowledge.planning import planned_documents
from python_models.knowledge.reading import Library, message_rows, version_of

_TEXT, _TIME = pa.string(), pa.timestamp("us")
PLANNED_SHAPE = pa.schema(
    [
        *((name, _TEXT) for name in (
            "object_id", "version", "source", "kind", "native_id", "uri", "title", "parent_id",
            "tier", "content_hash", "made_from", "parts",
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
_OF_A_DOCUMENT = [(name, _TEXT) for name in ("object_id", "version", "source", "tier")]
MESSAGES_SHAPE = pa.schema(
    [
        *_OF_A_DOCUMENT,
        ("native_id", _TEXT),
        ("author", _TEXT),
        ("reply_to", _TEXT),
        ("flags", _TEXT),
        ("span_start", pa.int64()),
        ("span_end", pa.int64()),
        ("sent_at", _TIME),
        ("edited_at", _TIME),
    ]
)
LINKS_SHAPE = pa.schema(
    [
        *_OF_A_DOCUMENT,
        ("label", _TEXT),
        ("target", _TEXT),
        ("target_object_id", _TEXT),
        ("ordinal", pa.int64()),
        ("span_start", pa.int64()),
        ("span_end", pa.int64()),
    ]
)
BATCH = 500
_SAME = ("object_id", "version", "tier")  # a document with these is not read again


def planned(versions: duckdb.DuckDBPyRelation, templates: duckdb.DuckDBPyRelation) -> pa.Table:
    """Return the plan of all documents, templates of logs among them."""
    rows = versions.to_arrow_table().to_pylist()
    found = [*planned_documents(rows), *planned_templates(templates, version_of)]
    return pa.Table.from_pylist(found, schema=PLANNED_SHAPE)


def documents_read(
    session: duckdb.DuckDBPyConnection,
    plan: duckdb.DuckDBPyRelation,
    versions: duckdb.DuckDBPyRelation,
    declarations: duckdb.DuckDBPyRelation,
    known: str | None,
) -> duckdb.DuckDBPyRelation:
    """Return a relation of the documents that are planned, and of no other.

    What was read by an earlier build is taken over. A version that is planned no longer, such as
    one of an earlier reader, has no row: whatever joins documents would find two readings.

    Args:
        session: DuckDB connection.
        plan: versions of documents, `PLANNED_SHAPE`.
        versions: those of objects.
        declarations: of the sources.
        known: name of the table an earlier build left, None when there is none.
    """
    rows = _once(plan.to_arrow_table().to_pylist())
    wanted = session.from_arrow(
        pa.table({name: pa.array([row[name] for row in rows], _TEXT) for name in _SAME})
    )
    before = session.table(known) if known else None
    if before is None or not set(DOCUMENTS_SHAPE.names) <= set(before.columns):
        before = session.from_arrow(DOCUMENTS_SHAPE.empty_table())
    assert wanted is not None  # it and `before` are found by their names
    names = ", ".join(DOCUMENTS_SHAPE.names)
    taken = session.sql(f"select {names} from before semi join wanted using ({', '.join(_SAME)})")
    have = set(taken.project(", ".join(_SAME)).fetchall())
    rows = [row for row in rows if tuple(row[name] for name in _SAME) not in have]
    if not rows:
        return taken
    people = versions.filter("kind in ('user', 'channel')").to_arrow_table().to_pylist()
    library = Library(declarations.to_arrow_table().to_pylist(), people)
    read = pa.Table.from_batches(_batches(library.documents(rows)), schema=DOCUMENTS_SHAPE)
    return taken.union(session.from_arrow(read))


def messages_of(documents: duckdb.DuckDBPyRelation) -> pa.Table:
    """Return the messages of conversations, where they stand in their document."""
    rows = documents.filter("messages <> '[]'").to_arrow_table().to_pylist()
    return pa.Table.from_pylist(list(message_rows(rows)), schema=MESSAGES_SHAPE)


def links_of(documents: duckdb.DuckDBPyRelation, versions: duckdb.DuckDBPyRelation) -> pa.Table:
    """Return the links of documents, with the object each leads to."""
    rows = documents.filter("links <> '[]'").to_arrow_table().to_pylist()
    if not rows:
        return LINKS_SHAPE.empty_table()
    objects = versions.select("object_id, source, kind, native_id, uri").distinct()
    targets = Targets(objects.to_arrow_table().to_pylist())
    return pa.Table.from_pylist(list(link_rows(rows, targets)), schema=LINKS_SHAPE)


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
