"""What people decide of entities: in the journal at once, in `raw_knowledge` with the next run.

A decision names two anchors: `strong:<kind>:<id>`, or `name:<type>:<name>:<object id or *>`; so it
holds whatever cuts, reads or resolves the documents. `ask_type` names `type:<type>` alone: it is to
be asked of documents that were read before. None is ever changed: an `undo` takes it back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import scrub

ASK_TYPE = "ask_type"
KINDS = ("merge", "keep_apart", ASK_TYPE, "undo")
COLUMNS = (
    "decision_id", "kind", "anchor", "other_anchor", "undoes", "reason", "decided_by", "decided_at",
)  # fmt: skip
_TABLE = """
    create table if not exists knowledge_decisions (
        decision_id text primary key, kind text not null, anchor text, other_anchor text,
        undoes text, reason text not null, decided_by text not null, decided_at text not null)
"""


class DecisionRefused(ValueError):
    """A decision cannot be kept; the message says why."""


def decide(
    kind: str,
    pairs: Iterable[tuple[str, str]],
    reason: str,
    decided_by: str,
    undoes: str | None = None,
) -> list[str]:
    """Keep decisions on pairs of anchors (for an undo, one without); returns their ids.

    Raises:
        DecisionRefused: it has no reason, or is of no known kind.
    """
    if kind not in KINDS:
        raise DecisionRefused(f"A decision is one of {', '.join(KINDS)}, not {kind!r}.")
    if not reason.strip():
        raise DecisionRefused("A decision needs a reason: REASON=")
    decided_at, rows = journal.now(), []
    for anchor, other in [("", "")] if kind == "undo" else list(pairs):
        said = "\n".join((kind, *sorted((anchor, other)), undoes or "", decided_at))
        decision_id = hashlib.sha256(said.encode()).hexdigest()[:16]
        rows.append(
            (decision_id, kind, anchor or None, other or None, undoes, scrub(reason),
             scrub(decided_by), decided_at)
        )  # fmt: skip
    with journal.journal() as connection:
        connection.execute(_TABLE)
        connection.executemany(
            "insert or replace into knowledge_decisions values (?, ?, ?, ?, ?, ?, ?, ?)", rows
        )
    return [row[0] for row in rows]


def kept() -> list[dict[str, Any]]:
    """Return every decision of the journal, oldest first, its time as an instant."""
    if not journal.rows("select 1 from sqlite_master where name = 'knowledge_decisions'"):
        return []
    rows = journal.rows("select * from knowledge_decisions order by decided_at, decision_id")
    return [row | {"decided_at": datetime.fromisoformat(row["decided_at"])} for row in rows]


def waiting(landed: Collection[str]) -> list[dict[str, Any]]:
    """Return the decisions that are in no raw table yet.

    Args:
        landed: ids of those that are.
    """
    there = set(landed)
    return [row for row in kept() if row["decision_id"] not in there]


def in_force(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the decisions on entities that nobody took back; of a pair of anchors the newest."""
    ordered = sorted(rows, key=lambda row: (row["decided_at"], row["decision_id"]))
    undone = {row["undoes"] for row in ordered if row["kind"] == "undo"}
    newest = {
        frozenset((row["anchor"], row["other_anchor"])): row
        for row in ordered
        if row["kind"] not in ("undo", ASK_TYPE) and row["decision_id"] not in undone
    }
    return sorted(newest.values(), key=lambda row: (row["decided_at"], row["decision_id"]))
