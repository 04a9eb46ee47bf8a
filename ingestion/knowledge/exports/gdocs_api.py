"""What Drive's API said: files by list or by change, and the bytes of those with words in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

import orjson

from ingestion.knowledge.containers import Member
from ingestion.knowledge.exports.folder import header_of
from ingestion.knowledge.seen import Reading, Refused, Seen
from ingestion.knowledge.times import moment

_FOLDER = "application/vnd.google-apps.folder"


def read(files: Iterable[Member], reading: Reading) -> Iterator[Seen | Refused]:
    """Yield files by the ids Drive has for them; folders say where others lie, and are none."""
    contents: dict[str, Member] = {}
    lists: list[tuple[Member, Any]] = []
    for file in files:
        if file.path.startswith("content/"):
            contents[PurePosixPath(file.path).stem] = file
        else:
            lists.append((file, orjson.loads(file.content)))
    for listed, said in lists:
        for place, one in enumerate(said.get("files") or ()):
            yield from _file(one, contents, listed, f"/files/{place}", reading)
        for place, change in enumerate(said.get("changes") or ()):
            now = change.get("file") or {}
            if change.get("fileId") and (change.get("removed") or now.get("trashed")):
                gone = {"id": change["fileId"], "name": now.get("name"), "is_gone": True}
                yield _seen(gone, listed, f"/changes/{place}", reading)
            elif now:  # a change of a shared drive names no file
                yield from _file(now, contents, listed, f"/changes/{place}/file", reading)


def _file(
    file: dict[str, Any],
    contents: dict[str, Member],
    listed: Member,
    place: str,
    reading: Reading,
) -> Iterator[Seen | Refused]:
    content = contents.get(file["id"])
    if file.get("mimeType") == _FOLDER:
        return
    if content is None:
        yield _seen(file, listed, place, reading)
        return
    yield from header_of(content)[1]
    yield _seen(file, content, content.path, reading)


def _seen(file: dict[str, Any], blob: Member, locator: str, reading: Reading) -> Seen:
    """A file; an export of a document is packed anew each time, so its change says what it is."""
    has_text = not locator.startswith("/")
    name = str(file.get("name") or file["id"])
    stamp = file.get("md5Checksum") or file.get("modifiedTime")
    blob_hash = reading.put(blob.content)
    is_forbidden = "forbidden" in file
    state = "forbidden" if is_forbidden else "deleted" if file.get("is_gone") else "seen"
    return Seen(
        native_id=file["id"],
        kind="document" if has_text or state != "seen" else "attachment",
        title=PurePosixPath(name).stem if PurePosixPath(name).suffix == blob.suffix else name,
        blob_hash=blob_hash,
        locator=locator,
        content_hash=hashlib.sha256(f"{stamp or blob_hash}\n{name}".encode()).hexdigest(),
        size=len(blob.content),
        state=state,
        uri=file.get("webViewLink"),
        parent=next(iter(file.get("parents") or ()), None),
        created_at=moment(file.get("createdTime")),
        updated_at=moment(file.get("modifiedTime")),
    )
