"""What a reader of an export says: an object it saw, or a piece it refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ingestion.knowledge.declaration import CorpusSource


@dataclass(slots=True)
class Seen:
    """One object of an export."""

    native_id: str  # survives renames and moves, unique in its source
    kind: str
    title: str
    blob_hash: str
    locator: str
    content_hash: str
    size: int
    state: str = "seen"  # seen | archived | deleted | forbidden
    uri: str | None = None
    parent: str | None = None  # native id
    part_of: str | None = None  # native id of the first message of its thread
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(slots=True)
class SeenTogether:
    """Objects of one kind in one blob, column by column: an export may hold a million messages.

    No two are the same object, all are there, none says when it was changed.
    """

    kind: str
    title: str
    blob_hash: str
    parent: str
    native_ids: list[str] = field(default_factory=list)
    locators: list[str] = field(default_factory=list)
    content_hashes: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    uris: list[str] = field(default_factory=list)
    parts_of: list[str | None] = field(default_factory=list)
    created: list[int] = field(default_factory=list)  # microseconds since 1970, UTC


@dataclass(slots=True)
class Refused:
    """One piece of an export that cannot be used."""

    place: str  # path in the export
    reason: str  # short code
    error: str  # sentence
    text: str | None = None
    line_number: int | None = None
    is_hole: bool = False  # objects may be missing for it: the sync is not complete


@dataclass(frozen=True)
class Reading:
    """What readers of exports are given."""

    declaration: CorpusSource
    put: Callable[[bytes], str]  # keeps bytes, returns their hash
    volatile: frozenset[str] = frozenset()  # fields of a record that say nothing of its content


def object_id_of(source: str, native_id: str) -> str:
    """Return the id of an object."""
    return hashlib.sha256(f"{source}\n{native_id}".encode()).hexdigest()[:24]


def object_ids_of(source: str, native_ids: list[str]) -> list[str]:
    """Return the ids of many objects, see `object_id_of`."""
    sha256, before = hashlib.sha256, f"{source}\n"
    return [sha256((before + one).encode()).hexdigest()[:24] for one in native_ids]
