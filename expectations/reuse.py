"""Results reused from the last build: rows, promises and references are what they were.

Looking for something new in what has not changed costs a build seconds, the import of Great
Expectations first of all. What a promise was found to be is kept in the gate's own table with a
digest of all it was found from; while the digest is the same, so is the result.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

import duckdb

from expectations.outcome import Outcome
from expectations.promise import Table

# of a relation; beyond, reading all to save judging it costs as much as judging it
MOST_ROWS = 250_000
# what a promise finds may then change while the rows do not
_TELLS_TIME = re.compile(r"\bnow\s*\(|\bcurrent_(?:date|time|timestamp)\b|\btoday\s*\(", re.I)

# The last release is left out: while a table is what the gate last passed, the last release is
# either the same as then or was made of this very table, which is not shrunk beside itself.
_NOT_HASHED = {"batch", "last_release"}


def inputs_of(
    session: duckdb.DuckDBPyConnection,
    promised: Sequence[Table],
    relations: Mapping[str, str],
    let_through: Sequence[str],
) -> dict[str, str | None]:
    """Return {table: digest of all that the results of its promises come from}.

    None when there is no such thing, or it would cost more than it saves: a promise that asks
    what time it is, more than a quarter of a million rows.

    Args:
        session: dbt's connection.
        promised: the tables with their promises.
        relations: {name: query} of all the gate was handed over.
        let_through: deliveries that are not judged.
    """

    @cache  # several tables refer to one
    def content(name: str) -> str | None:
        return _content(session, relations[name])

    return {table.name: _digest(table, content, let_through) for table in promised}


def _digest(
    table: Table, content: Callable[[str], str | None], let_through: Sequence[str]
) -> str | None:
    if any(_TELLS_TIME.search(promise.query or "") for promise in table.promises):
        return None
    referred = set().union(*(promise.references for promise in table.promises)) - _NOT_HASHED
    inputs = [table.fingerprint, *sorted(let_through)]
    for name in (table.name, *sorted(referred)):
        found = content(name)
        if found is None:
            return None
        inputs.append(f"{name} {found}")
    return hashlib.sha256("\n".join(inputs).encode()).hexdigest()[:32]


def _content(session: duckdb.DuckDBPyConnection, query: str) -> str | None:
    """Return what tells a relation's rows from others: types, their number, two sums of hashes."""
    if _most_rows_read(session, query) > MOST_ROWS:
        return None  # without a look at them: a view may join millions before it gives a row
    count, *found = session.execute(
        "select count(*), bit_xor(hash(batch_row)), sum(hash(batch_row)), "
        f"(select list([column_name, column_type]) from (describe {query})) "
        f"from ({query}) as batch_row"
    ).fetchall()[0]
    return None if count > MOST_ROWS else repr((count, tuple(found)))


def _most_rows_read(session: duckdb.DuckDBPyConnection, query: str) -> int:
    """Return of how many rows the largest table is that a query reads, as DuckDB estimates it."""
    (_, plan), *_ = session.execute(f"explain (format json) {query}").fetchall()
    known = [json.loads(plan)]
    rows = [0]
    while known:
        part = known.pop()
        if isinstance(part, list):
            known += part
            continue
        known += part.get("children", [])
        if not part.get("children"):
            rows.append(int(part.get("extra_info", {}).get("Estimated Cardinality", 0)))
    return max(rows)


def reusable_results(
    before: duckdb.DuckDBPyRelation | None,
    inputs: Mapping[str, str | None],
    checked_at: datetime,
) -> dict[str, list[Outcome]]:
    """Return {table: results} of the gate's last pass, where all they come from is the same.

    A check that was broken is tried again.
    """
    if before is None:
        return {}
    names = [one.name for one in fields(Outcome) if one.name != "checked_at"]
    reused: dict[str, list[Outcome]] = {}
    for values in before.filter("inputs_hash is not null").project(", ".join(names)).fetchall():
        row: dict[str, Any] = dict(zip(names, values, strict=True))
        if row["inputs_hash"] == inputs.get(row["table_name"]):
            row["sample_keys"] = json.loads(row["sample_keys"])
            outcome = Outcome(**row, checked_at=checked_at)
            reused.setdefault(outcome.table_name, []).append(outcome)
    return {
        name: found
        for name, found in reused.items()
        if not any(outcome.broken_check for outcome in found)
    }
