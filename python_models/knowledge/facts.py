"""Facts: statements where documents make them, with the day they were said and when they hold."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from python_models.knowledge.resolution.names import name_key
from python_models.knowledge.times import read_time

Row = Mapping[str, Any]
_SIDE = ("type", "name", "key", "strong")  # strong: "<kind>:<id>"
FACTS = pa.schema(
    [
        ("fact_id", pa.string()),
        ("object_id", pa.string()),
        ("version", pa.string()),
        ("extractor_id", pa.string()),  # `fields` for those of structured fields
        ("source", pa.string()),
        ("tier", pa.string()),
        ("evidence_start", pa.int64()),  # in the document; null for a field
        ("evidence_end", pa.int64()),
        ("field", pa.string()),
        *[(f"subject_{name}", pa.string()) for name in _SIDE],
        ("predicate", pa.string()),
        *[(f"object_{name}", pa.string()) for name in _SIDE],
        ("value", pa.string()),  # words of the object, or the value
        ("polarity", pa.string()),
        ("time_expression", pa.string()),
        ("confidence", pa.float64()),
        ("call_id", pa.string()),
        ("content_hash", pa.string()),
        ("said_at", pa.timestamp("us")),
        ("valid_from", pa.timestamp("us")),
        ("valid_to", pa.timestamp("us")),
    ]
)
FIELDS = "fields"  # extractor of what stands in structured fields


def facts_of(
    said: Iterable[Row],
    documents: Iterable[Row],
    members: Iterable[Row],
    messages: Iterable[Row],
    strong_ids: Sequence[Row],
) -> pa.Table:
    """Return facts with their days.

    Args:
        said: statements in documents (columns of `FACTS` without days and keys).
        documents: object_id, version, source, tier, content_hash, created_at, updated_at.
        members: object_id, version, known_from.
        messages: object_id, version, span_start, span_end, sent_at.
        strong_ids: kind, type, pattern: names that are ids by themselves.
    """
    known = {(row["object_id"], row["version"]): row for row in documents}
    order = _versions(members)
    talks = _talks(messages)
    patterns = [(row["kind"], row["type"], re.compile(row["pattern"])) for row in strong_ids]
    rows = []
    for row in said:
        place = (row["object_id"], row["version"])
        document = known.get(place)
        if document is None or place not in order:
            continue
        said_at = _said_at(row, document, talks.get(place), order[place][1])
        if (fact := _fact(row, document, patterns))["subject_key"] is not None:
            rows.append(fact | {"said_at": said_at})
    _carry_days(rows, order)
    for row in rows:
        valid = read_time(row["time_expression"], row["said_at"])
        starts = valid.starts or row["said_at"]
        row["valid_from"] = starts
        row["valid_to"] = valid.ends
        if valid.ends is not None and valid.ends <= starts:
            # "until March", said in May: it held before, nobody says since when
            row["valid_from"] = valid.starts or min(row["said_at"], valid.ends)
            row["valid_to"] = valid.ends if row["valid_from"] < valid.ends else None
    return pa.Table.from_pylist(rows, FACTS)


def said_by_texts(rows: Iterable[Row]) -> list[Row]:
    """Return what texts say, once where several chunks show it.

    Args:
        rows: those of `int_knowledge__facts_located`.
    """
    once: dict[str, Row] = {}
    for row in sorted(rows, key=lambda one: (one["fact_id"], one["chunk_id"])):
        once.setdefault(row["fact_id"], row)
    return list(once.values())


def said_by_fields(rows: Iterable[Row]) -> list[Row]:
    """Return what structured fields say.

    Args:
        rows: those of `int_knowledge__fields_stated`.
    """
    found: dict[str, Row] = {}
    for row in rows:
        said = (
            row["object_id"], row["version"], FIELDS, row["field"], row["subject_type"],
            row["predicate"], row["object_name"], row["object_strong"], row["value"],
        )  # fmt: skip
        fact_id = hashlib.sha256(repr(said).encode()).hexdigest()[:32]
        found[fact_id] = {
            **dict.fromkeys(FACTS.names), **row, "fact_id": fact_id, "extractor_id": FIELDS,
            "polarity": "asserted", "confidence": 1.0,
        }  # fmt: skip
    return [found[name] for name in sorted(found)]


def _versions(members: Iterable[Row]) -> dict[tuple[str, str], tuple[int, datetime]]:
    """Return of each version its place among those of its object, and when it was known first."""
    first: dict[str, dict[str, datetime]] = defaultdict(dict)
    for row in members:
        versions = first[row["object_id"]]
        at = versions.get(row["version"])
        versions[row["version"]] = min(at, row["known_from"]) if at else row["known_from"]
    return {
        (object_id, version): (place, versions[version])
        for object_id, versions in first.items()
        for place, version in enumerate(sorted(versions, key=lambda one: (versions[one], one)))
    }


def _talks(messages: Iterable[Row]) -> dict[tuple[str, str], tuple[list[int], list[datetime]]]:
    """Return the beginnings of a document's messages, and when each was sent."""
    found: dict[tuple[str, str], list[tuple[int, datetime]]] = defaultdict(list)
    for row in messages:
        if row["span_start"] is not None and row["sent_at"] is not None:
            found[row["object_id"], row["version"]].append((row["span_start"], row["sent_at"]))
    talks = {}
    for place, spans in found.items():
        spans.sort()
        talks[place] = ([start for start, _ in spans], [at for _, at in spans])
    return talks


def _said_at(
    row: Row,
    document: Row,
    talk: tuple[list[int], list[datetime]] | None,
    known_from: datetime,
) -> datetime:
    """Return when it was said: the message's time, else the document's, else when it came."""
    if talk and row["evidence_start"] is not None:
        at = bisect_right(talk[0], row["evidence_start"]) - 1
        if at >= 0:
            return talk[1][at]
    found: datetime = document["updated_at"] or document["created_at"] or known_from
    return found


def _fact(
    row: Row, document: Row, patterns: Sequence[tuple[str, str, re.Pattern[str]]]
) -> dict[str, Any]:
    """Return a fact; a side whose name is marks alone (`-`, a masked name) names nothing."""
    fact = {name: row.get(name) for name in FACTS.names}
    fact |= {name: document[name] for name in ("source", "tier", "content_hash")}
    for side in ("subject", "object"):
        name = row[f"{side}_name"]
        if name is None and row.get(f"{side}_strong") is None:
            continue
        kind = " ".join((row[f"{side}_type"] or "").casefold().split())
        key = name_key(kind, name or "")
        strong = row.get(f"{side}_strong") or strong_id(kind, name or "", patterns)
        if not key and not strong:
            fact |= dict.fromkeys((f"{side}_{part}" for part in _SIDE), None)
            continue
        fact |= {f"{side}_type": kind, f"{side}_key": key, f"{side}_strong": strong}
    fact["value"] = row["value"] or row["object_name"]
    return fact


def strong_id(
    kind: str, name: str, patterns: Sequence[tuple[str, str, re.Pattern[str]]]
) -> str | None:
    """Return the strong id that a name is by itself: a mail address, a host, a number."""
    for id_kind, wanted, pattern in patterns:
        if (not wanted or kind == wanted) and pattern.fullmatch(name):
            return f"{id_kind}:{name.casefold()}"
    return None


def _carry_days(
    rows: list[dict[str, Any]], order: Mapping[tuple[str, str], tuple[int, datetime]]
) -> None:
    """Give what goes on unchanged over versions of an object the day it was said first."""
    told: dict[tuple[Any, ...], dict[int, list[dict[str, Any]]]] = defaultdict(dict)
    for row in rows:
        place = order[row["object_id"], row["version"]][0]
        told[_what(row)].setdefault(place, []).append(row)
    for places in told.values():
        if len(places) == 1:
            continue
        before, day = None, None
        for place in sorted(places):
            here = min(row["said_at"] for row in places[place])
            day = min(day, here) if day is not None and before == place - 1 else here
            for row in places[place]:
                row["said_at"] = min(row["said_at"], day)
            before = place


def _what(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what a fact says, wherever it stands in its document."""
    return (
        row["object_id"], row["extractor_id"], row["field"], row["subject_key"],
        row["subject_strong"], row["predicate"].casefold(), row["object_key"],
        row["object_strong"], row["value"], row["polarity"], row["time_expression"],
    )  # fmt: skip
