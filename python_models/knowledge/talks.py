"""Threads and talks: which messages make one document, and from when to when.

A thread is a message with its replies. What a channel says besides is cut into talks where
nobody speaks for an hour.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from ingestion.knowledge.seen import object_id_of

Row = dict[str, Any]
PAUSE = timedelta(minutes=60)


def planned_talks(messages: Iterable[Row]) -> Iterator[Row]:
    """Yield one row per thread or talk, content and interval, of the versions of messages."""
    channels: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in messages:
        channels[row["source"], row["native_id"].rpartition("/")[0]].append(row)
    for (_, channel), rows in channels.items():
        yield from _intervals(rows, channel)


def grouped(alive: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    """Return the threads and talks of a channel's messages, which are in order of time.

    The key is the kind and the native id of the first message; that of a thread may be missing.
    """
    alive = list(alive)
    roots = {row["part_of"] for row in alive if row["part_of"]}
    groups: dict[tuple[str, str], list[Row]] = {}
    last: datetime | None = None
    for row in alive:
        root = row["part_of"] or (row["native_id"] if row["native_id"] in roots else None)
        if root is not None:
            groups.setdefault(("thread", root), []).append(row)
            continue
        at = row["created_at"]
        if last is None or at is None or at - last > PAUSE:
            talk = groups["talk", row["native_id"]] = []
        talk.append(row)
        last = at
    return groups


def _intervals(rows: list[Row], channel: str) -> Iterator[Row]:
    """Follow a channel through the moments at which a message came, changed or went."""
    rows = sorted(rows, key=lambda row: (row["created_at"] or datetime.min, row["native_id"]))
    ended = [row for row in rows if row["known_to"]]
    syncs = {row["known_to"]: row["sync_to"] for row in ended}
    syncs |= {row["known_from"]: row["sync_from"] for row in rows}
    ends = {row["known_to"]: row["withdrawn_because"] for row in ended}
    open_rows: dict[tuple[str, str], Row] = {}
    for at in sorted(syncs):
        found = grouped(row for row in rows if _is_alive(row, at))
        for key in set(open_rows) - set(found):
            yield _closed(open_rows.pop(key), at, syncs[at], ends.get(at) or "replaced")
        for key, members in found.items():
            known, content_hash = open_rows.get(key), _content_hash(members)
            if known is not None and known["content_hash"] != content_hash:
                yield _closed(known, at, syncs[at], "replaced")
            if known is None or known["content_hash"] != content_hash:
                open_rows[key] = _planned(key, members, channel, content_hash) | {
                    "known_from": at,
                    "sync_from": syncs[at],
                }
    yield from open_rows.values()


def _is_alive(row: Row, at: datetime) -> bool:
    return row["known_from"] <= at and (row["known_to"] is None or row["known_to"] > at)


def _content_hash(members: list[Row]) -> str:
    said = "\n".join(f"{row['object_id']} {row['content_hash']}" for row in members)
    return hashlib.sha256(said.encode()).hexdigest()


def _closed(row: Row, at: datetime, sync_id: str, why: str) -> Row:
    return row | {"known_to": at, "sync_to": sync_id, "withdrawn_because": why}


def _planned(key: tuple[str, str], members: list[Row], channel: str, content_hash: str) -> Row:
    (kind, first), head = key, members[0]
    native_id, at = f"{first}/{kind}", head["created_at"]
    return {
        "object_id": object_id_of(head["source"], native_id),
        "source": head["source"],
        "kind": kind,
        "native_id": native_id,
        "uri": head["uri"],
        "title": f"{head['title']}, {at:%Y-%m-%d %H:%M}" if at else head["title"],
        "parent_id": object_id_of(head["source"], channel),
        "tier": head["tier"],
        "content_hash": content_hash,
        "created_at": at,
        "known_to": None,
        "sync_to": None,
        "withdrawn_because": None,
        "made_from": json.dumps([row["object_id"] for row in members]),
        "parts": json.dumps(
            [[row["native_id"], row["blob_hash"], row["locator"]] for row in members]
        ),
    }
