"""Files of logs to rows of events; a file that grew, or was packed, gives what is new only."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from ingestion.knowledge.log_bytes import unpacked
from python_models.knowledge.log_files.drain import Drain
from python_models.knowledge.log_files.lines import Event, Rule, events, rule_of

Row = dict[str, Any]
# the day in a file's name: it was rotated then, no line of it is younger
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)-?(0[1-9]|1[0-2])-?([0-2]\d|3[01])(?!\d)")
ZIPS_BEGIN = 1980


class Store(Protocol):
    """What gives the bytes of a hash."""

    def get(self, name: str) -> bytes:
        """Return them."""


@dataclass(frozen=True)
class Known:
    """A file of a stream that was read: where its last event begins, and whose start it shares."""

    object_id: str
    blob_hash: str
    origin: str  # the file that had its first event first: positions count from there
    last_offset: int


class LogReader:
    """Reads the files of logs that were not read before, oldest delivery first."""

    def __init__(
        self,
        store: Store,
        declarations: Iterable[Row],
        known: Iterable[Row] = (),
        templates: Iterable[Row] = (),
        sequence: int = 0,
    ) -> None:
        self._store = store
        self._rules: dict[str, Rule] = {}
        for row in sorted(declarations, key=lambda one: one["load_id"]):
            lines = json.loads(row["declaration"]).get("lines") or {}
            self._rules[row["source"]] = rule_of(lines, row["zone"] or "UTC")
        # by source, stream and the first event of a file
        self._known: dict[tuple[str, str, str], list[Known]] = defaultdict(list)
        for row in known:
            key = (row["source"], row["stream"], row["first_hash"])
            self._known[key].append(Known(*(row[name] for name in Known.__annotations__)))
        listed: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in templates:
            listed[row["source"]].append((row["template_id"], row["template"]))
        self._drains = {source: Drain(source, pairs) for source, pairs in listed.items()}
        self._sequence = sequence
        self._ends: dict[str, int] = {}  # sequence by position, of the last event of a file
        self.replaced: set[int] = set()  # of last events that a file which grew says anew

    def rows(self, files: Iterable[Row]) -> Iterator[Row]:
        """Yield the events of files; one that cannot be read gives none."""
        for file in sorted(files, key=_order):
            try:
                content = unpacked(self._store.get(file["blob_hash"]))
            except ValueError:  # a bomb
                continue
            yield from self._of_file(file, content)

    def _of_file(self, file: Row, content: bytes) -> Iterator[Row]:
        rule = self._rules.get(file["source"], Rule())
        found = events(content, rule, _latest(file))
        if not found:
            return
        key = (file["source"], file["title"], _hash(found[0]))
        base = self._base(key, content)
        if (
            base is not None
            and base.last_offset >= found[-1].offset
            and not self._has_grown(base, content)
        ):
            return
        origin = base.origin if base else file["object_id"]
        start = base.last_offset if base else 0
        self._known[key].append(
            Known(file["object_id"], file["blob_hash"], origin, found[-1].offset)
        )
        drain = self._drains.setdefault(file["source"], Drain(file["source"]))
        if (end := self._ends.pop(f"{origin}:{start}", None)) is not None:
            self.replaced.add(end)
        for event in found:
            if event.offset >= start:
                yield self._row(file, event, origin, key[2], drain)
        self._ends[f"{origin}:{found[-1].offset}"] = self._sequence

    def _base(self, key: tuple[str, str, str], content: bytes) -> Known | None:
        """Return the longest known file that begins as this one does, or holds all of it."""
        found: list[Known] = []
        for one in self._known.get(key, ()):
            other = unpacked(self._store.get(one.blob_hash))
            if content.startswith(other) or other.startswith(content):
                found.append(one)
        return max(found, key=lambda one: one.last_offset, default=None)

    def _has_grown(self, base: Known, content: bytes) -> bool:
        return len(content) > len(unpacked(self._store.get(base.blob_hash)))

    def _row(self, file: Row, event: Event, origin: str, first_hash: str, drain: Drain) -> Row:
        self._sequence += 1
        template = drain.template(event.message)
        return {
            "object_id": file["object_id"],
            "blob_hash": file["blob_hash"],
            "source": file["source"],
            "tier": file["tier"],
            "stream": file["title"],
            "position": f"{origin}:{event.offset}",
            "origin": origin,
            "first_hash": first_hash,
            "byte_offset": event.offset,
            "sequence": self._sequence,
            "logged_at": event.at,
            "level": event.level,
            "host": event.host,
            "component": event.component,
            "message": event.message,
            "event": event.text if event.line_count > 1 else None,
            "line_count": event.line_count,
            "template_id": template.id,
            "template": template.text,
            "content_hash": _hash(event),
            "known_from": file["known_from"],
            "sync_from": file["sync_from"],
        }


def _order(file: Row) -> tuple[Any, ...]:
    """Deliveries in order; in one, the parts of a stream that were rotated away come first."""
    number = re.search(r"\.(\d{1,4})(?:\.gz)?$", file["locator"])
    return (
        file["known_from"],
        file["source"],
        file["title"],
        -int(number[1]) if number else 0,
        file["locator"],
    )


def _latest(file: Row) -> datetime:
    """Return when no line of a file can be younger: the day in its name, or it was written."""
    latest: datetime = file["known_from"]
    written = file.get("updated_at")
    if written is not None and written.year > ZIPS_BEGIN:  # a zip that knows no time says 1980
        latest = min(latest, written)
    if match := _DAY.search(file["locator"]):
        try:
            year, month, day = (int(part) for part in match.groups())
            named = datetime(year, month, day) + timedelta(days=1)
        except ValueError:  # the 31st of a short month
            return latest
        return min(latest, named)
    return latest


def _hash(event: Event) -> str:
    return hashlib.sha256(event.text.encode("utf-8", "replace")).hexdigest()[:24]
