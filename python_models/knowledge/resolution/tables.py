"""Resolutions as rows: which entity each name of each document is, by what merges."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from python_models.knowledge.resolution.accounts import accounts_of
from python_models.knowledge.resolution.anchors import (
    SAME_AS,
    Account,
    Anchor,
    Decision,
    Same,
    Settings,
    anchor_text,
)
from python_models.knowledge.resolution.given import entity_ids
from python_models.knowledge.resolution.names import name_key
from python_models.knowledge.resolution.resolving import Resolution, resolve

Row = Mapping[str, Any]
RESOLVED = pa.schema(
    [
        ("resolution_id", pa.string()),
        ("row_kind", pa.string()),  # anchor | alias | merge | decision
        ("entity_id", pa.string()),
        ("anchor", pa.string()),  # of a decision or merge: one of the two
        ("other_anchor", pa.string()),
        ("object_id", pa.string()),
        ("version", pa.string()),
        ("type", pa.string()),
        ("name", pa.string()),
        ("strong", pa.string()),
        ("mention_count", pa.int64()),
        ("rule", pa.string()),
        ("score", pa.float64()),
        ("decision_id", pa.string()),
        ("merge_id", pa.string()),
        ("tier", pa.string()),
    ]
)


def place_rows(mentions: Iterable[Row], facts: Iterable[Row]) -> list[dict[str, Any]]:
    """Return which names and ids stand in which version of a document, and how often.

    Args:
        mentions: object_id, version, type, name, key, strong, mention_count.
        facts: with subject and object.
    """
    found: dict[tuple[Any, ...], int] = defaultdict(int)
    for row in mentions:
        if not row["key"] and not row["strong"]:
            continue  # marks alone name nothing
        place = (row["object_id"], row["version"], row["type"], row["key"], row["strong"],
                 row["name"])  # fmt: skip
        found[place] += row["mention_count"]
    for row in facts:
        for side in ("subject", "object"):
            if row[f"{side}_key"] is not None:
                place = (row["object_id"], row["version"], row[f"{side}_type"],
                         row[f"{side}_key"], row[f"{side}_strong"],
                         row[f"{side}_name"] or "")  # fmt: skip
                found[place] = max(found[place], 1)
    names = ("object_id", "version", "type", "key", "strong", "name")
    return [
        dict(zip(names, place, strict=True)) | {"mention_count": found[place]}
        for place in sorted(found, key=lambda one: tuple(part or "" for part in one))
    ]


def anchors_of(
    places: Iterable[Row], first_known: Mapping[tuple[str, str], datetime]
) -> list[Anchor]:
    """Return the anchors of each document, with when they were known first."""
    found: dict[tuple[str, str], Anchor] = {}
    for row in places:
        at = first_known[row["object_id"], row["version"]]
        one = Anchor(
            row["object_id"], row["type"], "" if row["strong"] else row["key"], row["strong"],
            row["name"], row["mention_count"], at,
        )  # fmt: skip
        before = found.get((one.text, one.object_id))
        if before is not None:
            one = before._replace(
                mention_count=before.mention_count + one.mention_count,
                first_known=min(before.first_known, at),
            )
        found[one.text, one.object_id] = one
    return [found[key] for key in sorted(found)]


def decisions_of(rows: Iterable[Row]) -> list[Decision]:
    """Return decisions in force as the resolver takes them."""
    return [
        Decision(row["decision_id"], row["kind"], row["anchor"], row["other_anchor"])
        for row in rows
    ]


def same_of(facts: Iterable[Row]) -> list[Same]:
    """Return which names documents say to be one thing's."""
    found = []
    for row in facts:
        predicate = " ".join(row["predicate"].casefold().split())
        if row["polarity"] != "asserted" or predicate not in SAME_AS or not row["subject_key"]:
            continue
        kind = row["object_type"] or row["subject_type"]
        key = row["object_key"] or name_key(kind, row["value"] or "")
        if key:
            found.append(Same(row["subject_type"], row["subject_key"], kind, key))
    return found


def resolved_rows(
    resolution_id: str,
    places: Sequence[Row],
    facts: Sequence[Row],
    documents: Iterable[Row],
    first_known: Mapping[tuple[str, str], datetime],
    decisions: Sequence[Decision],
    settings: Settings,
    given: Mapping[str, str],
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the rows of one resolution, and the ids its anchors have from now on."""
    accounts = accounts_of(documents, facts)
    anchors = anchors_of(places, first_known)
    resolution = resolve(anchors, accounts, same_of(facts), decisions, settings)
    ids = entity_ids(resolution, anchors, given)
    entity_of = {text: ids[resolution.group_of[unit]] for text, unit in resolution.units.items()}
    rows = [_place_row(row, entity_of) for row in places]
    rows += _alias_rows(accounts, resolution, ids)
    rows += _merge_rows(resolution_id, resolution, ids)
    rows += [
        {"row_kind": "decision", "decision_id": one.decision_id, "anchor": one.one,
         "other_anchor": one.other, "rule": one.kind}
        for one in decisions
        if one.decision_id in resolution.decided
    ]  # fmt: skip
    new = {text: name for text, name in entity_of.items() if text not in given}
    return [{"resolution_id": resolution_id, **row} for row in rows], new


def _place_row(row: Row, entity_of: Mapping[str, str]) -> dict[str, Any]:
    text = anchor_text(row["type"], row["key"], row["object_id"], row["strong"])
    return {
        "row_kind": "anchor", "entity_id": entity_of[text], "anchor": text,
        **{name: row[name] for name in
           ("object_id", "version", "type", "name", "strong", "mention_count")},
    }  # fmt: skip


def _alias_rows(
    accounts: Sequence[Account], resolution: Resolution, ids: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the names and ids that accounts bring to things that documents name."""
    found: dict[tuple[str, str, str, str | None], None] = {}
    for account in accounts:
        group = resolution.group_of.get(f"strong:{account.strong[0]}")
        entity_id = ids.get(group) if group else None
        if entity_id is None:
            continue
        for strong in account.strong:
            found[entity_id, account.type, "", strong] = None
        for name in account.names:
            found[entity_id, account.type, name, None] = None
    return [
        {"row_kind": "alias", "entity_id": entity_id, "type": kind, "name": name or None,
         "strong": strong, "rule": "account"}
        for entity_id, kind, name, strong in found
    ]  # fmt: skip


def _merge_rows(
    resolution_id: str, resolution: Resolution, ids: Mapping[str, str]
) -> list[dict[str, Any]]:
    rows = []
    for merge in resolution.merges:
        entity_id = ids.get(resolution.group_of[merge.unit])
        if entity_id is None:  # an account that no document names
            continue
        said = f"{resolution_id}\n{merge.unit}\n{merge.other}"
        rows.append(
            {"row_kind": "merge", "entity_id": entity_id, "anchor": merge.unit,
             "other_anchor": merge.other, "rule": merge.rule.split(" ")[0]
             if merge.rule.startswith("decision ") else merge.rule,
             "decision_id": merge.rule[9:] if merge.rule.startswith("decision ") else None,
             "score": merge.score, "merge_id": hashlib.sha256(said.encode()).hexdigest()[:16]}
        )  # fmt: skip
    return rows
