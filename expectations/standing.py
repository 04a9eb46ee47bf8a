"""Results that stand: of a table whose rows, promises and references are what they were.

Looking for something new in what has not changed costs a build seconds, the import of Great
Expectations first of all. What a promise was found to be is kept in the gate's own table with a
digest of all it was found from; while the digest is the same, so is the result.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import duckdb

from expectations.outcome import Outcome
from expectations.promise import Table

MOST_ROWS = 1_000_000  # of a relation; beyond, reading all to save judging what is new is no gain
# what a promise finds may then change while the rows do not
_TELLS_TIME = re.compile(r"\bnow\s*\(|\bcurrent_(?:date|time|timestamp)\b|\btoday\s*\(", re.I)

# The last release is left out: while a table is what the gate last passed, the last release is
# either the same as then or was made of this very table, which is not shrunk beside itself.
_NOT_TOLD = {"batch", "last_release"}

Known = Mapping[tuple[str, str], list[Outcome]]


def inputs_of(
    session: duckdb.DuckDBPyConnection,
    table: Table,
    relations: Mapping[str, str],
    let_through: Sequence[str],
) -> str | None:
    """Return a digest of all that the results of a table's promises come from.

    None when there is no such thing, or it would cost more than it saves: a promise that asks
    what time it is, more than a million rows.

    Args:
        session: dbt's connection.
        table: the promises.
        relations: {name: query} of all the gate was handed over.
        let_through: deliveries that are not judged.
    """
    if any(_TELLS_TIME.search(promise.query or "") for promise in table.promises):
        return None
    referred = set().union(*(promise.references for promise in table.promises)) - _NOT_TOLD
    told = [table.fingerprint, *sorted(let_through)]
    for name in (table.name, *sorted(referred)):
        content = _content(session, relations[name])
        if content is None:
            return None
        told.append(f"{name} {content}")
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


def _content(session: duckdb.DuckDBPyConnection, query: str) -> str | None:
    """Return what tells a relation's rows from others: types, their number, two sums of hashes."""
    (count,) = session.execute(f"select count(*) from ({query})").fetchone() or (0,)
    if count > MOST_ROWS:
        return None
    found = session.execute(
        "select count(*), bit_xor(hash(batch_row)), sum(hash(batch_row)), "
        f"(select list([column_name, column_type]) from (describe {query})) "
        f"from ({query}) as batch_row"
    ).fetchone()
    return repr(found)


def known_before(
    session: duckdb.DuckDBPyConnection, gate_table: str, checked_at: datetime
) -> Known:
    """Return {(table, digest): results} of the last time the gate passed; broken checks are none.

    A full refresh judges all anew.
    """
    from dbt.flags import get_flags

    if getattr(get_flags(), "FULL_REFRESH", False):
        return {}
    names = [one.name for one in fields(Outcome) if one.name != "checked_at"]
    try:
        rows = session.execute(
            f"select {', '.join(names)} from {gate_table} where inputs_hash is not null"
        ).fetchall()
    except duckdb.Error:  # the first time, or a table from before there was a digest
        return {}
    known: dict[tuple[str, str], list[Outcome]] = {}
    for values in rows:
        row: dict[str, Any] = dict(zip(names, values, strict=True))
        row["sample_keys"] = json.loads(row["sample_keys"])
        outcome = Outcome(**row, checked_at=checked_at)
        known.setdefault((outcome.table_name, row["inputs_hash"]), []).append(outcome)
    return {key: found for key, found in known.items() if not any(o.broken_check for o in found)}
