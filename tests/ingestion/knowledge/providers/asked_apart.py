"""What a provider is asked and what comes of its answers, without a landing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ingestion.knowledge.declaration import CorpusSource
from ingestion.knowledge.deliveries import Delivery, deliveries
from ingestion.knowledge.providers import Bounds, fetched
from ingestion.knowledge.seen import Refused, Seen, object_id_of
from ingestion.knowledge.syncing import State, Sync
from ingestion.lakehouse.objects import object_store
from python_models.knowledge.planning import planned_documents
from python_models.knowledge.reading import Library
from tests.ingestion.knowledge.exported import read_delivery

Row = dict[str, Any]
LANDED = datetime(2025, 3, 10)


@dataclass
class Found:
    """What a delivery showed."""

    delivery: Delivery
    seen: list[Seen]
    refused: list[Refused]
    sync: Sync

    def of(self, native_id: str) -> Seen:
        """Return an object; the last of its sightings counts."""
        return {one.native_id: one for one in self.seen}[native_id]

    def documents(self) -> dict[str, Row]:
        """Return documents by native id: of a thread that of its first message."""
        versions = [_version(one) for one in {one.native_id: one for one in self.seen}.values()]
        declared = [{"source": "one", "zone": "UTC", "load_id": "1"}]
        people = [row for row in versions if row["kind"] in ("user", "channel")]
        rows: Iterable[Row] = Library(declared, people).documents(planned_documents(versions))
        return {row["native_id"]: row for row in rows}


def asked(
    kind: str, url: str, folder: Path, state: State | None = None,
    since: datetime | None = None, until: datetime | None = None,
    token: str | None = None, **keys: Any,
) -> Found:  # fmt: skip
    """Ask a provider at an address."""
    said = {"corpus_source": "one", "kind": kind, "endpoint": url} | keys
    source = CorpusSource.model_validate(said)
    delivery = fetched(source, folder / "pages", Bounds(since, until, token, until is not None))
    return _read(delivery, source, delivery.mode, folder, state)


def exported(kind: str, place: Path, folder: Path, **keys: Any) -> Found:
    """Read an export."""
    said = {"corpus_source": "one", "kind": kind, "location": str(place)} | keys
    source = CorpusSource.model_validate(said)
    (delivery,) = deliveries(source)
    return _read(delivery, source, "full", folder, None)


def _read(
    delivery: Delivery, source: CorpusSource, mode: str, folder: Path, state: State | None
) -> Found:
    read = read_delivery(delivery, source, mode, folder, state, object_store())
    return Found(delivery, *read)


def _version(seen: Seen) -> Row:
    names = ("native_id", "kind", "uri", "title", "blob_hash", "locator", "content_hash",
             "part_of", "created_at", "updated_at")  # fmt: skip
    return {name: getattr(seen, name) for name in names} | {
        "object_id": object_id_of("one", seen.native_id),
        "source": "one",
        "tier": "open",
        "parent_id": seen.parent,
        "known_from": LANDED,
        "known_to": None,
        "sync_from": "one-1",
        "sync_to": None,
        "withdrawn_because": None,
    }


def said_of(document: Row) -> Row:
    """Return what a document says, wherever its bytes came from."""
    names = ("native_id", "kind", "title", "text", "authors", "fields", "messages", "failure")
    return {name: document[name] for name in names}
