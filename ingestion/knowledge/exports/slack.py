"""Exports of Slack: users, channels, and each channel's messages by day.

`ts` is a message's id as text; the day of a file is the workspace's, so times come from `ts`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import orjson

from ingestion.knowledge.containers import Member
from ingestion.knowledge.exports.folder import whole_file
from ingestion.knowledge.seen import Reading, Refused, Seen
from ingestion.knowledge.times import epoch

CHANNELS = ("channels.json", "groups.json", "dms.json", "mpims.json")
_DAY = re.compile(r"\d{4}-\d\d-\d\d\.json$")
_TS = re.compile(r"\d{9,11}\.\d{6}")  # what a float made of it lacks zeros
_BROADCAST = "thread_broadcast"  # a reply that its channel shows, too
_GONE = ("message_deleted", "tombstone")
_DELETED = "~"  # sorts after any `ts` of an edit


@dataclass
class _Workspace:
    """What is known of a workspace while its export is read; lists come before days."""

    reading: Reading
    channels: dict[str, str] = field(default_factory=dict)  # id by name of the folder
    # (channel, ts): `ts` of its newest edit, what it says; what is older does not take its place
    said: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()
    nested: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        volatile = self.reading.volatile
        self.plain = frozenset(name for name in volatile if "." not in name)
        for name in volatile - self.plain:
            above, _, below = name.partition(".")
            self.nested[above] = self.nested.get(above, frozenset()) | {below}

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
        before = self.said.setdefault((channel, ts), known)
        if before is known:
            return "new"
        if rank < before[0] or before == known:
            return "older"
        if rank == before[0] and _BROADCAST not in (before[1], says):
            return "doubled"
        if rank == before[0] and before[1] == _BROADCAST:  # the one that says more stands
            return "older"
        self.said[channel, ts] = known
        return "new"

    def content_hash(self, record: dict[str, Any]) -> str:
        """Return the hash of a record without what changes by itself."""
        kept = record
        if not record.keys().isdisjoint(self.plain):
            kept = {name: value for name, value in record.items() if name not in self.plain}
        for name, below in self.nested.items():
            if isinstance(inner := kept.get(name), dict):
                kept = dict(kept)
                kept[name] = {key: value for key, value in inner.items() if key not in below}
        return hashlib.sha256(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)).hexdigest()


def read(files: Iterable[Member], reading: Reading) -> Iterator[Seen | Refused]:
    """Yield users, channels and messages of an export."""
    workspace = _Workspace(reading)
    for file in files:
        path = PurePosixPath(file.path)
        folder = path.parent.name
        if path.name == "users.json":
            yield from _users(file, workspace)
        elif path.name in CHANNELS:
            yield from _channels(file, workspace)
        elif folder and _DAY.fullmatch(path.name):
            yield from _messages(file, folder, workspace)
        elif path.suffix.lower() != ".json":
            yield whole_file(file, reading, "attachment")


def _records(file: Member) -> list[Any] | Refused:
    try:
        found = orjson.loads(file.content)
    except orjson.JSONDecodeError as error:
        return Refused(file.path, "bad_json", f"it is no JSON: {error}", is_hole=True)
    if isinstance(found, dict) and found.get("ok") is False:
        why = f"Slack answered with an error: {found.get('error')}"
        return Refused(file.path, "error_answer", why, is_hole=True)
    if not isinstance(found, list):
        return Refused(file.path, "bad_json", "it is no list", is_hole=True)
    return found


def _users(file: Member, workspace: _Workspace) -> Iterator[Seen | Refused]:
    for place, record in _named(file):
        if isinstance(record, Refused):
            yield record
            continue
        profile = record.get("profile") or {}
        name = profile.get("real_name") or record.get("real_name") or record.get("name")
        yield _seen(
            file, place, record, workspace, "user", workspace.native(record["id"]),
            title=name or record["id"],
            uri=f"{_site(workspace)}/team/{record['id']}",
            updated_at=epoch(record.get("updated")),
            state="archived" if record.get("deleted") else "seen",
        )  # fmt: skip


def _channels(file: Member, workspace: _Workspace) -> Iterator[Seen | Refused]:
    for place, record in _named(file):
        if isinstance(record, Refused):
            yield record
            continue
        name = record.get("name") or record["id"]
        workspace.channels[name] = record["id"]
        yield _seen(
            file, place, record, workspace, "channel", workspace.native(record["id"]),
            title=f"#{name}",
            uri=f"{_site(workspace)}/archives/{record['id']}",
            created_at=epoch(record.get("created")),
            state="archived" if record.get("is_archived") else "seen",
        )  # fmt: skip


def _named(file: Member) -> Iterator[tuple[int, Any]]:
    """The records of a list that have an id, and a refusal for each other."""
    records = _records(file)
    if isinstance(records, Refused):
        yield 0, records
        return
    for place, record in enumerate(records):
        if isinstance(record, dict) and isinstance(record.get("id"), str):
            yield place, record
        else:
            shown = orjson.dumps(record).decode()[:500]
            yield place, Refused(file.path, "no_id", "a record has no id", shown, place)


def _messages(file: Member, folder: str, workspace: _Workspace) -> Iterator[Seen | Refused]:
    records = _records(file)
    if isinstance(records, Refused):
        yield records
        return
    channel = workspace.channels.get(folder, folder)
    where = _Day(
        channel,
        workspace.native(channel),
        f"#{folder}",
        f"{_site(workspace)}/archives/{channel}/p",
        workspace.reading.put(file.content),
    )
    for place, record in enumerate(records):
        found = _message(record, place, where, workspace)
        if isinstance(found, str):
            shown = orjson.dumps(record).decode()[:2000]
            yield Refused(file.path, found.split(":")[0], found.split(": ", 1)[1], shown, place)
        elif found is not None:
            yield found


@dataclass(frozen=True, slots=True)
class _Day:
    """What the messages of one file have in common."""

    channel: str
    native_id: str  # of the channel
    title: str
    link: str  # what a message's address begins with
    blob_hash: str


def _message(record: Any, place: int, day: _Day, workspace: _Workspace) -> Seen | str | None:
    """One message; a `reason: sentence` when it cannot be used, None when a newer one is known."""
    if not isinstance(record, dict):
        return "no_message: it is no record"
    subtype, inner, locator, changed_ts = record.get("subtype"), record, f"/{place}", ""
    if subtype == "message_changed" and isinstance(record.get("message"), dict):
        inner, locator, changed_ts = (
            record["message"],
            f"/{place}/message",
            str(record.get("ts") or ""),
        )
    ts = record.get("deleted_ts") if subtype == "message_deleted" else inner.get("ts")
    if not isinstance(ts, str) or not _TS.fullmatch(ts):
        return f"bad_ts: `ts` is {ts!r}; a message is known by it as text"
    is_gone = subtype in _GONE or inner.get("subtype") == "tombstone"
    edited = inner.get("edited")
    edited_ts = str(edited.get("ts") or "") if isinstance(edited, dict) else changed_ts
    content_hash = workspace.content_hash(inner)
    says = content_hash if subtype != _BROADCAST else _BROADCAST
    heard = workspace.heard(day.channel, ts, _DELETED if is_gone else edited_ts, says)
    if heard != "new":
        told = f"doubled_ts: {day.channel} has another message of {ts}"
        return told if heard == "doubled" else None
    root = inner.get("thread_ts")
    link = f"{day.link}{ts.replace('.', '')}"
    return Seen(
        native_id=f"{day.native_id}/{ts}",
        kind="message",
        title=day.title,
        blob_hash=day.blob_hash,
        locator=locator,
        content_hash=content_hash,
        size=len(inner.get("text") or ""),
        state="deleted" if is_gone else "seen",
        uri=f"{link}?thread_ts={root}" if root and root != ts else link,
        parent=day.native_id,
        part_of=f"{day.native_id}/{root}" if isinstance(root, str) else None,
        created_at=epoch(ts),
        updated_at=epoch(edited_ts) if edited_ts else None,
    )


def _site(workspace: _Workspace) -> str:
    return workspace.reading.declaration.site.rstrip("/") or "https://slack.com"


def _seen(
    file: Member, place: int, record: dict[str, Any], workspace: _Workspace, kind: str,
    native_id: str, **more: Any,
) -> Seen:  # fmt: skip
    return Seen(
        native_id=native_id,
        kind=kind,
        blob_hash=workspace.reading.put(file.content),
        locator=f"/{place}",
        content_hash=workspace.content_hash(record),
        size=len(orjson.dumps(record)),
        **more,
    )
