"""Pages of an API: every record of its lists is an object, found by a JSON pointer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import orjson

from ingestion.knowledge.api import Resource, at_path, text_at
from ingestion.knowledge.containers import Member
from ingestion.knowledge.decoding import json_of
from ingestion.knowledge.seen import Reading, Refused, Seen
from ingestion.knowledge.times import moment


def read(files: Iterable[Member], reading: Reading) -> Iterator[Seen | Refused]:
    """Yield the records of pages; a page lies in a folder of its list's name."""
    assert reading.declaration.api is not None
    lists = {one.name: one for one in reading.declaration.api.resources}
    newest: dict[str, datetime] = {}  # change of each record; a list that moves shows some twice
    for file in files:
        name = file.path.partition("/")[0]
        if name not in lists:
            yield Refused(file.path, "unknown_list", f"the declaration has no list {name}")
            continue
        try:
            records = list(_records(json_of(file.content), lists[name]))
        except ValueError as error:
            yield Refused(file.path, "bad_page", f"the page cannot be read: {error}", is_hole=True)
            continue
        blob_hash = reading.put(file.content)
        for place, record in records:
            found = _object(record, lists[name], reading, blob_hash, place, file.path)
            if isinstance(found, Seen) and found.updated_at is not None:
                if found.updated_at < newest.get(found.native_id, found.updated_at):
                    continue
                newest[found.native_id] = found.updated_at
            yield found


def _records(page: Any, asked: Resource) -> Iterator[tuple[str, Any]]:
    """Yield the records of a page, each with its pointer.

    Raises:
        ValueError: there is no list, or nobody says which one is meant.
    """
    if selector := asked.endpoint.data_selector:
        yield from _selected(page, selector.split("."), "", selector)
        return
    lists = {"": page} if isinstance(page, list) else _lists_of(page)
    for pointer, found in lists.items():
        yield from ((f"{pointer}/{number}", record) for number, record in enumerate(found))


def _lists_of(page: Any) -> dict[str, list[Any]]:
    if not isinstance(page, dict):
        raise ValueError("it is no list, and has none")
    lists = [key for key, value in page.items() if isinstance(value, list)]
    if len(lists) > 1:
        raise ValueError(f"it has the lists {', '.join(lists)}; name one in data_selector")
    return {f"/{key}": page[key] for key in lists}


def _selected(value: Any, names: list[str], at: str, selector: str) -> Iterator[tuple[str, Any]]:
    """Yield the records of the list, or of the lists, that names lead to."""
    if not names:
        if not isinstance(value, list | None):
            raise ValueError(f"{selector} is no list")
        yield from ((f"{at}/{number}", record) for number, record in enumerate(value or ()))
        return
    name = names[0].removesuffix("[*]")
    if not isinstance(value, dict):
        if isinstance(value, list):
            raise ValueError(f"{at[1:]} is a list; in data_selector say {at[1:]}[*].{name}")
        return
    inner, at = value.get(name), f"{at}/{name}"
    if len(names) > 1 and names[0].endswith("[*]"):
        for number, one in enumerate(inner or ()):
            yield from _selected(one, names[1:], f"{at}/{number}", selector)
    else:
        yield from _selected(inner, names[1:], at, selector)


def _object(
    record: Any, asked: Resource, reading: Reading, blob_hash: str, place: str, path: str
) -> Seen | Refused:
    said, zone = asked.object, reading.declaration.zone
    native_id = text_at(record, said.id)
    if not native_id:
        shown = orjson.dumps(record).decode()[:2000]
        return Refused(f"{path}{place}", "no_id", f"a record has no {said.id}", shown)
    kept = {key: value for key, value in record.items() if key not in said.volatile}
    # what is read from a record is content too: a mapping that changes makes another version
    content = orjson.dumps([kept, said.model_dump()], option=orjson.OPT_SORT_KEYS)
    changed = asked.endpoint.incremental
    updated = said.updated or (changed.cursor_path if changed else None)
    parent = text_at(record, said.parent)
    is_deleted, is_archived = (bool(at_path(record, one)) for one in (said.deleted, said.archived))
    return Seen(
        native_id=f"{asked.name}/{native_id}",
        kind="document",
        title=text_at(record, said.title) or native_id,
        blob_hash=blob_hash,
        locator=place,
        content_hash=hashlib.sha256(content).hexdigest(),
        size=len(content),
        state="deleted" if is_deleted else "archived" if is_archived else "seen",
        uri=text_at(record, said.url) or None,
        parent=f"{asked.name}/{parent}" if parent else None,
        created_at=moment(text_at(record, said.created), zone),
        updated_at=moment(text_at(record, updated), zone),
    )
