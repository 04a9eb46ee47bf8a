"""What is known of a Slack workspace while its export is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from ingestion.knowledge.seen import Reading

_SORTED = orjson.OPT_SORT_KEYS
BROADCAST = "thread_broadcast"  # a reply that its channel shows, too
# by `ts` of a message: `ts` of its newest edit and what it says, or this alone where it has none;
# what is older does not take its place
Said = dict[str, tuple[str, str] | str]


@dataclass
class Workspace:
    """What is known of a workspace while its export is read; lists come before days."""

    reading: Reading
    channels: dict[str, str] = field(default_factory=dict)  # id by name of the folder
    said: dict[str, Said] = field(default_factory=dict)  # by channel
    plain: frozenset[str] = frozenset()
    volatile: frozenset[str] = frozenset()
    nested: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        volatile = self.reading.volatile
        self.plain = frozenset(name for name in volatile if "." not in name)
        for name in volatile - self.plain:
            above, _, below = name.partition(".")
            self.nested[above] = self.nested.get(above, frozenset()) | {below}
        self.volatile = self.plain | self.nested.keys()

    def native(self, *parts: str) -> str:
        """Return the id of something in the workspace."""
        team = self.reading.declaration.team
        return "/".join([team, *parts] if team else parts)

    def heard(self, channel: str, ts: str, rank: str, says: str) -> str:
        """Note a message; says whether it is `new`, `older` than one noted, or another's `doubled`.

        Args:
            rank: `ts` of its edit, or what sorts after all of them where it was deleted.
            says: hash of its content.
        """
        known = (rank, says)
        said = self.said.setdefault(channel, {})
        before = said.setdefault(ts, known)
        if before is known:
            return "new"
        if isinstance(before, str):
            before = "", before
        if rank < before[0] or before == known:
            return "older"
        if rank == before[0] and BROADCAST not in (before[1], says):
            return "doubled"
        if rank == before[0] and before[1] == BROADCAST:  # the one that says more stands
            return "older"
        said[ts] = known
        return "new"

    def content_hash(self, record: dict[str, Any]) -> str:
        """Return the hash of a record without what changes by itself."""
        return self.content_hashes((record,))[0]

    def content_hashes(self, records: Iterable[dict[str, Any]]) -> list[str]:
        """Return the hashes of records without what changes by itself."""
        volatile, sha256, dumps, how = self.volatile, hashlib.sha256, orjson.dumps, _SORTED
        return [
            sha256(
                dumps(one if volatile.isdisjoint(one) else self._kept(one), option=how)
            ).hexdigest()
            for one in records
        ]

    def _kept(self, record: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in record.items() if name not in self.plain}
        for name, below in self.nested.items():
            if isinstance(inner := kept.get(name), dict):
                kept[name] = {key: value for key, value in inner.items() if key not in below}
        return kept


@dataclass(frozen=True, slots=True)
class Day:
    """What the messages of one file have in common."""

    channel: str
    native_id: str  # of the channel
    title: str
    link: str  # what a message's address begins with
    blob_hash: str
    pointer: str = ""  # of the list of messages in the file
