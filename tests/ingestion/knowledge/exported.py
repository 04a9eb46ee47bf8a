"""What a reader says of files, without a lake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from ingestion.knowledge.declaration import CorpusSource
from ingestion.knowledge.deliveries import Delivery, deliveries
from ingestion.knowledge.landing import volatile_fields
from ingestion.knowledge.seen import Refused, Seen, SeenTogether
from ingestion.knowledge.syncing import State, Sync
from ingestion.lakehouse.objects import FolderStore, Store


def read_export(
    kind: str, place: Path, state: State | None = None, **keys: object
) -> tuple[list[Seen], list[Refused], Sync]:
    """Return what the only delivery at a place shows, what was refused, and its sync."""
    declaration = CorpusSource.model_validate(
        {"corpus_source": "one", "kind": kind, "location": str(place)} | keys
    )
    (delivery,) = deliveries(declaration)
    mode = "full" if declaration.is_complete else "incremental"
    return read_delivery(delivery, declaration, mode, place.parent, state)


def read_delivery(
    delivery: Delivery,
    declaration: CorpusSource,
    mode: str,
    folder: Path,
    state: State | None = None,
    store: Store | None = None,
) -> tuple[list[Seen], list[Refused], Sync]:
    """Return what a delivery shows, what was refused, and its sync."""
    seen: list[Seen] = []

    class Watched(Sync):
        def _take(self, one: Seen, rows: object) -> None:
            seen.append(one)
            super()._take(one, rows)  # type: ignore[arg-type]

        def _take_together(self, together: SeenTogether, rows: object) -> None:
            seen.extend(apart(together))
            super()._take_together(together, rows)  # type: ignore[arg-type]

    store = store or FolderStore(folder / "objects")
    sync = Watched(delivery, declaration, "one-1", {} if state is None else state, store, mode)
    sync.run(folder / "sightings.parquet", "load", volatile_fields(declaration.kind))
    return seen, sync.refused, sync


def apart(together: SeenTogether) -> Iterator[Seen]:
    """Yield objects that came together one by one."""
    columns = (
        together.native_ids, together.locators, together.content_hashes, together.sizes,
        together.uris, together.parts_of, together.created,
    )  # fmt: skip
    for native_id, locator, content_hash, size, uri, part_of, at in zip(*columns, strict=True):
        yield Seen(
            native_id, together.kind, together.title, together.blob_hash, locator, content_hash,
            size, uri=uri, parent=together.parent, part_of=part_of,
            created_at=datetime(1970, 1, 1) + timedelta(microseconds=at),
        )  # fmt: skip


def written(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    """Write files into a folder; returns it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder
