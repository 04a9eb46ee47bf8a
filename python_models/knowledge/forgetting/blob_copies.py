"""Blobs that stay for others when a person goes: each gets a copy without them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import duckdb
import orjson

from ingestion.knowledge.decoding import json_of
from ingestion.knowledge.read_back import pointed
from ingestion.lakehouse.objects import ObjectLost, name_of, object_store
from python_models.knowledge.canonical.docx_comments import comments_of
from python_models.knowledge.canonical.types import NoText
from python_models.knowledge.forgetting.masking import Masks, all_are_records, emptied, masked_at
from python_models.knowledge.forgetting.person import Person
from python_models.knowledge.forgetting.plan import SHORT
from python_models.knowledge.forgetting.written_inside import (
    changes_of,
    former_of,
    lines_of,
    places_in,
    texts_of,
)

How = dict[str, list[str]]
Places = list[tuple[str, str]]  # locator, object
Quoted = dict[str, set[str]]  # a line: the objects that quote it
Said = dict[str, set[str]]  # an object of others: what they wrote in it


@dataclass
class Copies:
    """Blobs that stay for others: each gets a copy without the person."""

    made: list[list[object]] = field(default_factory=list)  # blob, its copy, what was done
    lost: set[str] = field(default_factory=set)  # blobs that cannot be masked for sure


def copies_of(
    session: duckdb.DuckDBPyConnection, person: Person, gone: Iterable[str], meant: set[str]
) -> Copies:
    """Return which blobs get a copy.

    Args:
        session: with `sightings` and `documents`.
        person: who is to go; `quoted` becomes the lines of theirs that others' documents show.
        gone: objects that go as a whole.
        meant: objects that mean them, by whatever name.
    """
    goes = set(gone)
    quoted: Quoted = defaultdict(set)
    said: Said = defaultdict(set)
    left: list[tuple[str, Places, How]] = []
    for blob_hash, places, content in _left(session, goes):
        how, lines = _how(content, places, person, goes, meant, said)
        left.append((blob_hash, places, how))
        for line, objects in lines.items():
            quoted[line] |= objects
    repeated = _repeated(left, quoted, said)
    person.quoted = sorted(_of_these_alone(session, quoted, repeated, goes))
    found = Copies()
    for blob_hash, _, how in left:
        content = object_store().get(blob_hash)
        copy = copy_of(content, person.masked, person.here, how)
        if copy is None:
            found.lost.add(blob_hash)
        elif copy != content:
            found.made.append([blob_hash, name_of(copy), how])
    return found


def _left(
    session: duckdb.DuckDBPyConnection, goes: set[str]
) -> Iterator[tuple[str, Places, bytes]]:
    """Yield blobs in which others stand too."""
    rows = session.execute(
        "select blob_hash, list(distinct {'object_id': object_id, 'locator': locator})"
        " from sightings where blob_hash is not null group by blob_hash order by blob_hash"
    ).fetchall()
    for blob_hash, found in rows:
        places = sorted((one["locator"], one["object_id"]) for one in found)
        if all(object_id in goes for _, object_id in places):
            continue
        try:
            yield blob_hash, places, object_store().get(blob_hash)
        except ObjectLost:
            continue


def _how(
    content: bytes, places: Places, person: Person, goes: set[str], meant: set[str], said: Said
) -> tuple[How, Quoted]:
    """Return what becomes of a blob, and the lines of theirs that others' objects in it quote.

    `said` takes what they wrote in these objects.
    """
    empty = {locator for locator, object_id in places if object_id in goes}
    named = sorted({locator for locator, one in places if one in meant - goes} - empty)
    kept = {locator: object_id for locator, object_id in places if object_id not in goes}
    quoted: Quoted = {}
    if content.startswith(b"PK"):
        for line in _lines_of_comments(content, person.called):
            quoted[line] = set(kept.values())
    elif all(locator.startswith("/") for locator, _ in places):
        document = json_of(content)
        former = former_of(document, empty)
        for pointer in places_in(document, person.called, [*kept, *empty]):
            objects = {one for at, one in kept.items() if pointer.startswith(f"{at}/")}
            if any(pointer.startswith(f"{at}/") for at in empty):
                continue
            empty.add(pointer)
            record = pointed(document, pointer)
            for line in lines_of(record, SHORT) if objects else ():
                quoted[line] = objects
            for one in objects:
                said[one] |= texts_of(record)
        empty.update(former)
    return {"empty": sorted(empty), "named": named}, quoted


def _lines_of_comments(content: bytes, called: set[str]) -> set[str]:
    try:
        comments = comments_of(content)
    except NoText:
        return set()
    said = [one.text for one in comments if (one.author or "").casefold() in called]
    return lines_of(said, SHORT)


def _repeated(left: Iterable[tuple[str, Places, How]], quoted: Quoted, said: Said) -> set[str]:
    """Return the lines of theirs that others' records of the same objects repeat.

    What a change by somebody else says of a text they wrote is added to what becomes empty.
    """
    lines: Said = defaultdict(set)
    for line, objects in quoted.items():
        for one in objects:
            lines[one].add(line)
    found: set[str] = set()
    for blob_hash, places, how in left:
        theirs = [place for place in places if said.get(place[1])]
        if not theirs:  # of JSON alone something is known to be said
            continue
        content = object_store().get(blob_hash)
        document = json_of(emptied(content, how["empty"]) if how["empty"] else content)
        for pointer, object_id in theirs:
            record = pointed(document, pointer)
            changes = changes_of(record, pointer, said[object_id])
            how["empty"] = sorted({*how["empty"], *changes})
            kept = "\n".join(lines_of(record, SHORT))
            found |= {line for line in lines[object_id] if line in kept}
    return found


def _of_these_alone(
    session: duckdb.DuckDBPyConnection, quoted: Quoted, repeated: set[str], goes: set[str]
) -> Iterator[str]:
    """Yield the lines that documents show which quote them, or are repeated; no other's."""
    others = dict.fromkeys(repeated, False)
    rows = session.execute("select object_id, made_from, text from documents").fetchall()
    for object_id, made_from, text in rows if quoted else ():
        parts = {object_id, *orjson.loads(made_from or "[]")}
        if parts & goes:
            continue
        for line, objects in quoted.items():
            if line in (text or ""):
                others[line] = others.get(line, False) or not parts & objects
    yield from (line for line, has_others in others.items() if not has_others)


def copy_of(
    content: bytes, everywhere: Iterable[str], here: Iterable[str], how: dict[str, list[str]]
) -> bytes | None:
    """Return a blob's copy without a person; None where it cannot be made for sure.

    Args:
        content: the blob.
        everywhere: names to mask in all of it.
        here: names to mask where it means them.
        how: `empty`, locators of records that go; `named`, those that mean them.
    """
    whole, parts = Masks(everywhere), Masks(here)
    masks: list[Callable[[bytes], bytes | None]] = []
    if how["empty"] and all_are_records((*how["empty"], *how["named"])):
        masks.append(lambda given: emptied(given, how["empty"]))
    if how["named"] and all_are_records(how["named"]):
        masks.append(lambda given: masked_at(given, how["named"], parts))
    elif how["named"]:
        masks.append(parts.without)
    masks.append(whole.without)
    copy: bytes | None = content
    for mask in masks:
        copy = mask(copy) if copy is not None else None
    return copy
