"""Exports of Slack: users, channels, and each channel's messages by day.

`ts` is a message's id as text; the day of a file is the workspace's, so times come from `ts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import PurePosixPath
from typing import Any

import orjson

from ingestion.knowledge.containers import Member
from ingestion.knowledge.decoding import json_of
from ingestion.knowledge.exports.folder import whole_file
from ingestion.knowledge.exports.slack_workspace import BROADCAST, Day, Said, Workspace
from ingestion.knowledge.seen import Reading, Refused, Seen, SeenTogether
from ingestion.knowledge.times import epoch

CHANNELS = ("channels.json", "groups.json", "dms.json", "mpims.json")
_LISTS = ("messages", "channels", "members")  # of answers of the API
_DAY = re.compile(r"\d{4}-\d\d-\d\d\.json$")
_TS = re.compile(r"\d{9,11}\.\d{6}")  # what a float made of it lacks zeros
_MANY_TS, _LENGTH = re.compile(r"(?:\d{10}\.\d{6}(?: |$))+"), 17  # from 2001 on
_GONE = ("message_deleted", "tombstone")
_DELETED = "~"  # sorts after any `ts` of an edit


def read(files: Iterable[Member], reading: Reading) -> Iterator[Seen | SeenTogether | Refused]:
    """Yield users, channels and messages of an export."""
    workspace = Workspace(reading)
    for file in files:
        path = PurePosixPath(file.path)
        folder = path.parent.name
        if path.name == "users.json":
            yield from users_of(file, workspace)
        elif path.name in CHANNELS:
            yield from channels_of(file, workspace)
        elif folder and _DAY.fullmatch(path.name):
            channel = workspace.channels.get(folder, folder)
            yield from messages_of(file, folder, channel, workspace)
        elif path.suffix.lower() != ".json":
            yield whole_file(file, reading, "attachment")


def _records(file: Member) -> tuple[str, list[Any]] | Refused:
    """The records of a file and the pointer of their list: an answer of the API names it."""
    try:
        found = json_of(file.content)
    except orjson.JSONDecodeError as error:
        return Refused(file.path, "bad_json", f"it is no JSON: {error}", is_hole=True)
    if isinstance(found, dict) and found.get("ok") is False:
        why = f"Slack answered with an error: {found.get('error')}"
        return Refused(file.path, "error_answer", why, is_hole=True)
    inner = next((one for one in _LISTS if isinstance(found, dict) and one in found), "")
    records = found[inner] if inner else found
    if not isinstance(records, list):
        return Refused(file.path, "bad_json", "it is no list", is_hole=True)
    return f"/{inner}" if inner else "", records


def users_of(file: Member, workspace: Workspace) -> Iterator[Seen | Refused]:
    """Yield the users of a list."""
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


def channels_of(file: Member, workspace: Workspace) -> Iterator[Seen | Refused]:
    """Yield the channels of a list, and note their names."""
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


def _named(file: Member) -> Iterator[tuple[str, Any]]:
    """The records of a list that have an id, and a refusal for each other."""
    found = _records(file)
    if isinstance(found, Refused):
        yield "", found
        return
    for place, record in enumerate(found[1]):
        if isinstance(record, dict) and isinstance(record.get("id"), str):
            yield f"{found[0]}/{place}", record
        else:
            shown = orjson.dumps(record).decode()[:500]
            yield "", Refused(file.path, "no_id", "a record has no id", shown, place)


def messages_of(
    file: Member, name: str, channel: str, workspace: Workspace
) -> Iterator[Seen | SeenTogether | Refused]:
    """Yield the messages of a channel that a file holds."""
    found = _records(file)
    if isinstance(found, Refused):
        yield found
        return
    pointer, records = found
    where = Day(
        channel,
        workspace.native(channel),
        f"#{name}",
        f"{_site(workspace)}/archives/{channel}/p",
        workspace.reading.put(file.content),
        pointer,
    )
    together, others = _plain(records, where, workspace)
    if together.native_ids:
        yield together
    for place, record in others:
        said = _message(record, place, where, workspace)
        if isinstance(said, str):
            shown = orjson.dumps(record).decode()[:2000]
            yield Refused(file.path, said.split(":")[0], said.split(": ", 1)[1], shown, place)
        elif said is not None:
            yield said


def _plain(
    records: list[Any], day: Day, workspace: Workspace
) -> tuple[SeenTogether, list[tuple[int, Any]]]:
    """Return the messages that were never edited or deleted, and all other records with places.

    These are nearly all there are: what is done for each is what their rows need.
    """
    said = workspace.said.setdefault(day.channel, {})
    usual, others = _parted(records, said)
    messages = [records[place] for place in usual.values()]
    hashes = workspace.content_hashes(messages)
    said.update(zip(usual, hashes, strict=True))
    before, link, pointer = f"{day.native_id}/", day.link, day.pointer
    digits = [ts.replace(".", "") for ts in usual]
    roots = [record.get("thread_ts") for record in messages]
    found = SeenTogether(
        "message",
        day.title,
        day.blob_hash,
        day.native_id,
        native_ids=[before + ts for ts in usual],
        locators=[f"{pointer}/{place}" for place in usual.values()],
        content_hashes=hashes,
        sizes=[len(record.get("text") or "") for record in messages],
        uris=[
            f"{link}{number}?thread_ts={root}"
            if type(root) is str and root != ts
            else link + number
            for ts, number, root in zip(usual, digits, roots, strict=True)
        ],
        parts_of=[before + root if type(root) is str else None for root in roots],
        created=list(map(int, digits)),
    )
    return found, others


def _parted(records: list[Any], said: Said) -> tuple[dict[str, int], list[tuple[int, Any]]]:
    """Return the places of messages with a time of our age and no more, by `ts`; other records."""
    plain: dict[int, Any] = {
        place: record.get("ts")
        for place, record in enumerate(records)
        if type(record) is dict and "subtype" not in record and "edited" not in record
    }
    if not _are_ts(list(plain.values())):
        plain = {place: ts for place, ts in plain.items() if _are_ts([ts])}
    others = [placed for placed in enumerate(records) if placed[0] not in plain]
    changed = {ts for _, record in others for ts in _all_ts(record)}
    usual = {ts: place for place, ts in plain.items()}
    if len(usual) == len(plain) and changed.isdisjoint(usual) and said.keys().isdisjoint(usual):
        return usual, others
    usual = {}
    for place, ts in plain.items():
        if ts in said or ts in usual or ts in changed:
            others.append((place, records[place]))
        else:
            usual[ts] = place
    return usual, sorted(others, key=itemgetter(0))


def _are_ts(values: list[Any]) -> bool:
    """Say whether all of them are times of our age."""
    return (
        set(map(type, values)) == {str}
        and set(map(len, values)) == {_LENGTH}
        and _MANY_TS.fullmatch(" ".join(values)) is not None
    )


def _all_ts(record: Any) -> Iterator[str]:
    """Yield what a record may say the `ts` of its message is."""
    if isinstance(record, dict):
        inner = record.get("message")
        for found in (record, inner if isinstance(inner, dict) else {}):
            yield from (str(found[name]) for name in ("ts", "deleted_ts") if name in found)


def _message(record: Any, place: int, day: Day, workspace: Workspace) -> Seen | str | None:
    """One message; a `reason: sentence` when it cannot be used, None when a newer one is known."""
    if not isinstance(record, dict):
        return "no_message: it is no record"
    subtype, inner, changed_ts = record.get("subtype"), record, ""
    if subtype == "message_replied":  # an event of its thread, which has the reply
        return None
    locator = f"{day.pointer}/{place}"
    if subtype == "message_changed" and isinstance(record.get("message"), dict):
        inner, locator = record["message"], f"{locator}/message"
        changed_ts = str(record.get("ts") or "")
    ts = record.get("deleted_ts") if subtype == "message_deleted" else inner.get("ts")
    if not isinstance(ts, str) or not _TS.fullmatch(ts):
        return f"bad_ts: `ts` is {ts!r}; a message is known by it as text"
    is_gone = subtype in _GONE or inner.get("subtype") == "tombstone"
    edited = inner.get("edited")
    edited_ts = str(edited.get("ts") or "") if isinstance(edited, dict) else changed_ts
    content_hash = workspace.content_hash(inner)
    says = content_hash if subtype != BROADCAST else BROADCAST
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


def _site(workspace: Workspace) -> str:
    return workspace.reading.declaration.site.rstrip("/") or "https://slack.com"


def _seen(
    file: Member, place: str, record: dict[str, Any], workspace: Workspace, kind: str,
    native_id: str, **more: Any,
) -> Seen:  # fmt: skip
    return Seen(
        native_id=native_id,
        kind=kind,
        blob_hash=workspace.reading.put(file.content),
        locator=place,
        content_hash=workspace.content_hash(record),
        size=len(orjson.dumps(record)),
        **more,
    )
