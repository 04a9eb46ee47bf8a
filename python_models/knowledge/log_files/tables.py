"""Tables of logs: events, and the templates they make as of each delivery."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.knowledge.seen import object_id_of
from ingestion.lakehouse.objects import object_store
from python_models.knowledge.log_files.reading import LogReader
from python_models.knowledge.relations import rows_of

Row = dict[str, Any]
_TEXT, _TIME, _WHOLE = pa.string(), pa.timestamp("us"), pa.int64()
_NOT_TEXT = {
    "byte_offset": _WHOLE, "sequence": _WHOLE, "line_count": _WHOLE, "event_count": _WHOLE,
    "logged_at": _TIME, "first_at": _TIME, "last_at": _TIME, "known_from": _TIME,
    "known_to": _TIME,
}  # fmt: skip
EVENTS_SHAPE = pa.schema(
    [
        (name, _NOT_TEXT.get(name, _TEXT))
        for name in (
            "object_id", "blob_hash", "source", "tier", "stream", "position", "origin",
            "first_hash", "byte_offset", "sequence", "logged_at", "level", "host", "component",
            "message", "event", "line_count", "template_id", "template", "content_hash",
            "known_from", "sync_from",
        )
    ]
)  # fmt: skip
TEMPLATES_SHAPE = pa.schema(
    [
        (name, _NOT_TEXT.get(name, _TEXT))
        for name in (
            "object_id", "template_id", "source", "tier", "template", "level", "text",
            "content_hash", "event_count", "hosts", "streams", "samples", "first_at", "last_at",
            "known_from", "known_to", "sync_from", "sync_to",
        )
    ]
)  # fmt: skip
BATCH = 10_000
SAMPLES = 3
NAMED = 4  # hosts and streams that a text names


def events_read(
    session: duckdb.DuckDBPyConnection,
    versions: duckdb.DuckDBPyRelation,
    declarations: duckdb.DuckDBPyRelation,
    this: str | None,
) -> pa.Table:
    """Return the events of files that `this`, the table of an earlier build, does not have."""
    files = rows_of(versions.filter("kind = 'log_file'").order("known_from"))
    files = list({row["object_id"]: row for row in reversed(files)}.values())
    known: list[Row] = []
    templates: list[Row] = []
    sequence = 0
    if this:
        known = rows_of(
            session.sql(
                "select source, stream, first_hash, object_id, any_value(blob_hash) as blob_hash, "
                f"origin, max(byte_offset) as last_offset from {this} "
                "group by source, stream, first_hash, object_id, origin"
            )
        )
        templates = rows_of(
            session.sql(
                "select source, template_id, arg_max(template, sequence) as template, "
                f"min(sequence) as first from {this} group by source, template_id order by first"
            )
        )
        row = session.sql(f"select coalesce(max(sequence), 0) from {this}").fetchone()
        sequence = row[0] if row else 0
    have = {row["object_id"] for row in known}
    new = [row for row in files if row["object_id"] not in have]
    if not new:
        return EVENTS_SHAPE.empty_table()
    reader = LogReader(object_store(), rows_of(declarations), known, templates, sequence)
    found = pa.Table.from_batches(_batches(reader.rows(new), EVENTS_SHAPE), schema=EVENTS_SHAPE)
    if not reader.replaced:
        return found
    return found.filter(pc.invert(pc.is_in(found["sequence"], pa.array(reader.replaced, _WHOLE))))


def _batches(rows: Iterable[Row], shape: pa.Schema) -> Iterator[pa.RecordBatch]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield pa.RecordBatch.from_pylist(batch, schema=shape)
            batch = []
    if batch:
        yield pa.RecordBatch.from_pylist(batch, schema=shape)


def templates_of(events: duckdb.DuckDBPyRelation) -> pa.Table:
    """Return every template as of each delivery that changed what is told of it."""
    by_delivery = events.aggregate(
        "source, template_id, known_from, sync_from, any_value(tier) as tier, "
        "arg_max(template, sequence) as template, arg_min(level, sequence) as level, "
        "count(*) as event_count, min(logged_at) as first_at, max(logged_at) as last_at, "
        "list(distinct host) as hosts, list(distinct stream) as streams, "
        f"arg_min(coalesce(event, message), sequence, {SAMPLES}) as samples",
        "source, template_id, known_from, sync_from",
    )
    rows = rows_of(by_delivery.order("source, template_id, known_from"))
    return pa.Table.from_pylist(list(template_rows(rows)), schema=TEMPLATES_SHAPE)


def template_rows(by_delivery: Iterable[Row]) -> Iterator[Row]:
    """Yield the versions of templates; rows come by template and in order of deliveries."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in by_delivery:
        groups[row["source"], row["template_id"]].append(row)
    for (source, template_id), rows in groups.items():
        yield from _versions(object_id_of(source, f"template/{template_id}"), rows)


def _versions(object_id: str, rows: list[Row]) -> Iterator[Row]:
    told: Row | None = None
    so_far: Row = {"event_count": 0, "hosts": set(), "streams": set(), "samples": []}
    for row in rows:
        _add(so_far, row)
        one = _told(object_id, so_far, row)
        if told is not None and told["content_hash"] == one["content_hash"]:
            told |= {name: one[name] for name in ("event_count", "hosts", "streams", "last_at")}
            continue
        if told is not None:
            yield told | {"known_to": row["known_from"], "sync_to": row["sync_from"]}
        told = one
    if told is not None:
        yield told


def _add(so_far: Row, row: Row) -> None:
    so_far["event_count"] += row["event_count"]
    so_far["hosts"] |= {one for one in row["hosts"] if one}
    so_far["streams"] |= set(row["streams"])
    so_far["samples"] = (so_far["samples"] + (row["samples"] or []))[:SAMPLES]
    times = [one for one in (so_far.get("first_at"), row["first_at"]) if one]
    so_far["first_at"] = min(times, default=None)
    times = [one for one in (so_far.get("last_at"), row["last_at"]) if one]
    so_far["last_at"] = max(times, default=None)


def _told(object_id: str, so_far: Row, row: Row) -> Row:
    text = template_text(row["template"], row["level"], so_far)
    return {
        "object_id": object_id,
        "template_id": row["template_id"],
        "source": row["source"],
        "tier": row["tier"],
        "template": row["template"],
        "level": row["level"],
        "text": text,
        "content_hash": hashlib.sha256(text.encode("utf-8", "replace")).hexdigest(),
        "event_count": so_far["event_count"],
        "hosts": json.dumps(sorted(so_far["hosts"])),
        "streams": json.dumps(sorted(so_far["streams"])),
        "samples": json.dumps(so_far["samples"], ensure_ascii=False),
        "first_at": so_far["first_at"],
        "last_at": so_far["last_at"],
        "known_from": row["known_from"],
        "known_to": None,
        "sync_from": row["sync_from"],
        "sync_to": None,
    }


def template_text(template: str, level: str | None, about: Row) -> str:
    """Return what a template's document says.

    Counts are told by their order of size: a text that changed with every line would be embedded
    and asked about anew with every delivery.
    """
    least = 10 ** (len(str(about["event_count"])) - 1)
    often = f"at least {least:,} times" if least > 1 else "a few times"
    since = f" since {about['first_at']:%Y-%m-%d %H:%M}" if about["first_at"] else ""
    lines = [f"# {template}", "", f"{level or 'A line'}, seen {often}{since}."]
    for name in ("streams", "hosts"):
        if found := sorted(about[name]):
            more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
            lines.append(f"{name.capitalize()}: {', '.join(found[:NAMED])}{more}.")
    samples = [one[:2_000] for one in about["samples"]]
    return "\n".join([*lines, "", "```", *samples, "```"])


def planned_templates(templates: duckdb.DuckDBPyRelation, version_of: Any) -> Iterator[Row]:
    """Yield the plan of the documents of templates: their text is there already."""
    for row in rows_of(templates):
        yield {
            "object_id": row["object_id"],
            "version": version_of(row["content_hash"]),
            "source": row["source"],
            "kind": "log_template",
            "native_id": f"template/{row['template_id']}",
            "uri": None,
            "title": row["template"][:200],
            "parent_id": None,
            "tier": row["tier"],
            "content_hash": row["content_hash"],
            "made_from": "[]",
            "parts": json.dumps([["text", row["text"], ""]], ensure_ascii=False),
            "created_at": row["first_at"],
            "updated_at": None,
            "known_from": row["known_from"],
            "known_to": row["known_to"],
            "sync_from": row["sync_from"],
            "sync_to": row["sync_to"],
            "withdrawn_because": "replaced" if row["known_to"] else None,
        }
