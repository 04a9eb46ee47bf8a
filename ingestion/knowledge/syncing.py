"""One sync: the objects of a delivery, told apart from what the source had before."""

from __future__ import annotations

import fnmatch
import gc
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ingestion.knowledge.containers import Member, Unpacking
from ingestion.knowledge.declaration import CorpusSource
from ingestion.knowledge.deliveries import Delivery
from ingestion.knowledge.exports import read_export
from ingestion.knowledge.seen import (
    Reading,
    Refused,
    Seen,
    SeenTogether,
    object_id_of,
    object_ids_of,
)
from ingestion.knowledge.sightings import Sightings
from ingestion.lakehouse.clock import now
from ingestion.lakehouse.objects import Store
from ingestion.landing.rejecting import storable

State = dict[str, str]  # {object_id: content_hash} of what a source has


@dataclass
class Sync:
    """What one delivery showed."""

    delivery: Delivery
    declaration: CorpusSource
    sync_id: str
    state: State  # what the source has; brought up to date
    store: Store
    mode: str  # full: it lists all there is, unless something went wrong | incremental
    started_at: datetime = field(default_factory=now)
    counts: dict[str, int] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    blobs: set[str] = field(default_factory=set)
    times: list[datetime] = field(default_factory=list)  # first and last change
    row_count: int = 0
    seconds: float = 0.0
    _last: tuple[bytes | None, str] = (None, "")  # what was kept last, and its name
    _found: State = field(default_factory=dict)  # what it saw that is there
    _other: dict[str, str] = field(default_factory=dict)  # what else it saw: what that counts as

    def run(self, target: Path, load_id: str, volatile: frozenset[str]) -> None:
        """Read the delivery; sightings go to a Parquet file."""
        begun = time.monotonic()
        same = {
            "load_id": load_id,
            "sync_id": self.sync_id,
            "source": self.delivery.source,
            "tier": self.declaration.tier,
        }
        reading = Reading(self.declaration, self._put, volatile)
        rows = Sightings(target, same)
        with _without_collector():
            for one in read_export(self._members(), reading):
                if isinstance(one, Refused):
                    self.refused.append(one)
                elif isinstance(one, SeenTogether):
                    self._take_together(one, rows)
                else:
                    self._take(one, rows)
            rows.finish()
        self.row_count = rows.row_count
        self._count()
        self.seconds = time.monotonic() - begun

    def _put(self, content: bytes) -> str:
        if content is not self._last[0]:  # one file has many records
            self._last = content, self.store.put(content)
            self.blobs.add(self._last[1])
        return self._last[1]

    def _members(self) -> Iterator[Member]:
        """The files that the declaration wants; what cannot be opened is refused."""
        asked = self.declaration
        found = self.delivery
        opened = [one for one in found.files if found.opens(one)]
        for one in Unpacking().members(found.root, found.files, opened):
            if isinstance(one, Refused):
                self.refused.append(one)
            elif (not asked.include or _matches(one.path, asked.include)) and not _matches(
                one.path, asked.exclude
            ):
                yield one

    def _take(self, seen: Seen, rows: Sightings) -> None:
        object_id = object_id_of(self.delivery.source, seen.native_id)
        if seen.updated_at is not None and seen.updated_at > self.delivery.exported_at:
            seen.updated_at = None  # a file that was copied later says nothing of its content
        rows.add(seen, object_id)
        if seen.updated_at is not None:
            self._note_time(seen.updated_at)
        self._other.pop(object_id, None)
        if seen.state == "forbidden":
            self._other[object_id] = "forbidden"
        elif seen.state == "deleted":
            was_there = self._found.pop(object_id, None) or object_id in self.state
            self._other[object_id] = "changed" if was_there else "unchanged"
        else:
            self._found[object_id] = seen.content_hash

    def _take_together(self, seen: SeenTogether, rows: Sightings) -> None:
        object_ids = object_ids_of(self.delivery.source, seen.native_ids)
        rows.add_together(seen, object_ids)
        self._found.update(zip(object_ids, seen.content_hashes, strict=True))

    def _note_time(self, at: datetime) -> None:
        if not self.times:
            self.times = [at, at]
        elif at < self.times[0]:
            self.times[0] = at
        elif at > self.times[1]:
            self.times[1] = at

    def _count(self) -> None:
        """Count what it saw, and bring what the source has up to date."""
        state, found, other = self.state, self._found, self._other
        seen = found.keys() - other.keys() if other else found.keys()
        known = seen & state.keys() if state else set()
        same = sum(state[one] == found[one] for one in known)
        marked = Counter(other.values())
        counts = {
            "new": len(seen) - len(known),
            "changed": len(known) - same + marked["changed"],
            "unchanged": same + marked["unchanged"],
            "forbidden": marked["forbidden"],
            "rejected": len(self.refused),
        }
        gone = state.keys() - found.keys() - other.keys() if self.is_complete else set()
        of_before = {"present": len(state), "gone": len(gone)}
        self.counts = {**counts, "seen": sum(counts.values()), **of_before}
        deleted = {one for one, how in other.items() if how != "forbidden"}
        for object_id in gone | deleted:
            state.pop(object_id, None)
        state.update(found)

    @property
    def is_complete(self) -> bool:
        """Whether what it lacks is deleted at the source."""
        return self.mode == "full" and not self.error and bool(self._found or self._other)

    @property
    def error(self) -> str | None:
        """Why it does not list all there is; None when nothing went wrong."""
        holes = [one for one in self.refused if one.is_hole]
        told = [self.delivery.missing] if self.delivery.missing else []
        told += [f"{one.place}: {one.error}" for one in holes[:3]]
        told += [f"and {len(holes) - 3} more"] if len(holes) > 3 else []
        return storable("; ".join(told)) if told else None

    @property
    def _cursor_to(self) -> str | None:
        told = self.delivery.cursor_to
        if told is None and self.times:
            told = self.times[1].isoformat()
        return told or None

    @property
    def row(self) -> dict[str, Any]:
        """Its row in `syncs`; the load id is added later."""
        return {
            "sync_id": self.sync_id,
            "source": self.delivery.source,
            "kind": self.declaration.kind,
            "mode": self.mode,
            "complete": self.is_complete,
            "cursor_from": self.delivery.cursor_from,
            "cursor_to": self._cursor_to,
            "zone": self.declaration.zone,
            "tier": self.declaration.tier,
            "exported_at": self.delivery.exported_at,
            "started_at": self.started_at,
            "finished_at": now(),
            **self.counts,
            "requests": self.delivery.requests,
            "retries": self.delivery.retries,
            "seconds": self.seconds,
            "error": self.error,
        }

    def rejects(self, file_hash: str) -> list[dict[str, Any]]:
        """Return the rows of what was refused; the load id is added later."""
        return [
            {
                "source": self.delivery.source,
                "source_file": storable(f"{self.delivery.name}/{one.place}"),
                "file_hash": file_hash,
                "line_number": one.line_number,
                "column_name": None,
                "reason": one.reason,
                "error": storable(one.error),
                "raw_text": storable(one.text),
                "rejected_at": now(),
            }
            for one in self.refused
        ]


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep Python from looking for cycles among a million objects that make none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatch(path, pattern) for pattern in patterns)
