"""What Notion's API said: a file for each page with its blocks, and for each database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from ingestion.knowledge.containers import Member
from ingestion.knowledge.seen import Reading, Refused, Seen
from ingestion.knowledge.times import moment


def read(files: Iterable[Member], reading: Reading) -> Iterator[Seen | Refused]:
    """Yield pages and databases, known by the ids that exports have in their names."""
    listed = [(file, orjson.loads(file.content)) for file in files]
    owners: dict[str, str] = {}
    for file, said in listed:
        if file.path.startswith("databases/"):
            source, native_id = said["answer"]["id"], native_id_of(said["answer"])
            # a database may have several sources of data: the first one stands for it
            is_further = native_id in owners.values()
            owners[source] = source.replace("-", "") if is_further else native_id
    for file, said in listed:
        yield _seen(file, said, owners, reading)


def native_id_of(record: dict[str, Any]) -> str:
    """Return the id of a page, or of the database that a source of data lies in."""
    owner = (record.get("parent") or {}).get("database_id")
    is_source = record.get("object") == "data_source" and owner
    return str(owner if is_source else record["id"]).replace("-", "")


def title_of(record: dict[str, Any]) -> str:
    """Return the title of a page or database; empty where it has none."""
    told = record.get("title")
    for value in (record.get("properties") or {}).values():
        if isinstance(value, dict) and value.get("type") == "title" and record["object"] == "page":
            told = value.get("title")
    parts = told if isinstance(told, list) else []
    return "".join(one.get("plain_text") or "" for one in parts).strip()


def rows_of(said: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a database."""
    lists = (said.get("further") or {}).get("rows") or []
    return [one for page in lists for one in page.get("results") or [] if one["object"] == "page"]


def _seen(file: Member, said: Any, owners: dict[str, str], reading: Reading) -> Seen:
    record = said["answer"]
    is_page = record["object"] == "page"
    native_id = owners.get(record["id"]) or native_id_of(record)
    state = "archived" if record.get("archived") else "seen"
    if "forbidden" in said or record.get("in_trash"):
        state = "deleted" if record.get("in_trash") else "forbidden"
    content = said if is_page else [record.get("properties"), list(map(title_of, rows_of(said)))]
    plain = orjson.dumps([title_of(record), _stable(content, reading.volatile)],
                         option=orjson.OPT_SORT_KEYS)  # fmt: skip
    site = reading.declaration.site.rstrip("/") or "https://www.notion.so"
    return Seen(
        native_id=native_id,
        kind="page" if is_page else "database",
        title=title_of(record) or "Untitled",
        blob_hash=reading.put(file.content),
        locator=file.path,
        content_hash=hashlib.sha256(plain).hexdigest(),
        size=len(file.content),
        state=state,
        uri=f"{site}/{native_id}",
        parent=_parent(record, owners),
        created_at=moment(record.get("created_time")),
        updated_at=moment(record.get("last_edited_time")),
    )


def _parent(record: dict[str, Any], owners: dict[str, str]) -> str | None:
    above = record.get("parent") or {}
    if record["object"] == "data_source":
        above = record.get("database_parent") or {}
    found = above.get("page_id") or above.get("database_id")
    found = found or owners.get(source := above.get("data_source_id") or "", source)
    return str(found).replace("-", "") if found else None


def _stable(value: Any, volatile: frozenset[str]) -> Any:
    """A record without what changes by itself: addresses of files are signed anew each time."""
    if isinstance(value, list):
        return [_stable(one, volatile) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _stable(one, volatile) for key, one in value.items() if key not in volatile}
    if "expiry_time" in value and isinstance(value.get("url"), str):
        kept["url"] = value["url"].partition("?")[0]
    return kept
