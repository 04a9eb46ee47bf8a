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
    _marks: dict[str, str] = field(default_factory=dict)  # object_id: what it counts as

    def run(self, target: Path, load_id: str, volatile: frozenset[str]) -> None:
        """Read the delivery; sightings go to a Parquet file."""
        begun = time.monotonic()
        before = len(self.state)
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
        self._count(before, time.monotonic() - begun)

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
        before = self.state.get(object_id)
        if seen.state == "forbidden":
            self._marks[object_id] = "forbidden"
        elif seen.state == "deleted":
            self._marks[object_id] = "unchanged" if before is None else "changed"
            self.state.pop(object_id, None)
        else:
            known = self._marks.get(object_id)
            if before is None:
                self._marks[object_id] = "new"
            elif before != seen.content_hash:
                self._marks[object_id] = known if known == "new" else "changed"
            else:
                self._marks.setdefault(object_id, "unchanged")
            self.state[object_id] = seen.content_hash

    def _take_together(self, seen: SeenTogether, rows: Sightings) -> None:
        object_ids = object_ids_of(self.delivery.source, seen.native_ids)
        rows.add_together(seen, object_ids)
        state, marks = self.state, self._marks
        if state.keys().isdisjoint(object_ids):
            marks.update(dict.fromkeys(object_ids, "new"))
            state.update(zip(object_ids, seen.content_hashes, strict=True))
            return
        for object_id, content_hash in zip(object_ids, seen.content_hashes, strict=True):
            before = state.get(object_id)
            if before is None:
                marks[object_id] = "new"
            elif before == content_hash:
                marks.setdefault(object_id, "unchanged")
            elif marks.get(object_id) != "new":
                marks[object_id] = "changed"
            state[object_id] = content_hash

    def _note_time(self, at: datetime) -> None:
        if not self.times:
            self.times = [at, at]
        elif at < self.times[0]:
            self.times[0] = at
        elif at > self.times[1]:
            self.times[1] = at

    def _count(self, before: int, seconds: float) -> None:
        marked = Counter(self._marks.values())
        counts = {name: marked[name] for name in ("new", "changed", "unchanged", "forbidden")}
        counts["rejected"] = len(self.refused)
        counts["seen"] = sum(counts.values())
        counts["present"] = before
        counts["gone"] = 0
        if self.is_complete:
            gone = self.state.keys() - self._marks.keys()
            counts["gone"] = len(gone)
            for object_id in gone:
                del self.state[object_id]
        self.counts = counts
        self.seconds = seconds

    @property
    def is_complete(self) -> bool:
        """Whether what it lacks is deleted at the source."""
        return self.mode == "full" and not self.error and bool(self._marks)

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
