"""Which rows of a table a gate judges: those no passing gate has judged before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from expectations.promise import Table
from ingestion.lakehouse import journal
from ingestion.lakehouse.journal import LET_PASS as LET_PASS
from ingestion.lakehouse.sql_text import literal


@dataclass(frozen=True)
class Slice:
    """The rows to judge, as a query, and how far the table is judged once they have passed."""

    query: str
    judged_up_to: str | None = None


def judged_before(before: duckdb.DuckDBPyRelation | None) -> Mapping[tuple[str, str], str]:
    """Return {(table, fingerprint of its promises): how far it was judged} of the last pass.

    A gate's own table is written only when the gate passed; a full refresh judges all anew.
    """
    if before is None:
        return {}
    found = before.filter("judged_up_to is not null")
    rows = found.project("table_name, promises_hash, judged_up_to").distinct().fetchall()
    return {(table, fingerprint): judged for table, fingerprint, judged in rows}


def let_pass_before(domain: str) -> set[str]:
    """Return the loads that a person let pass at a gate of this domain.

    The journal remembers them: a full refresh, or a build database made anew, judges all other
    deliveries again, but asks nobody twice.
    """
    rows = journal.rows(
        "select distinct observed from gate_results where gate like ? and expectation like ?",
        (f"gate_{domain}__%", LET_PASS.format(load="%")),
    )
    return {row["observed"] for row in rows}


def slice_of(
    session: duckdb.DuckDBPyConnection,
    table: Table,
    query: str,
    before: Mapping[tuple[str, str], str],
    accepted_loads: Sequence[str],
) -> Slice:
    """Return the rows of a table to judge now."""
    if table.since is None:
        return Slice(query)
    judged = before.get((table.name, table.fingerprint))
    conditions = [f"{table.since} > {literal(judged)}"] if judged else []
    later = f" where {conditions[0]}" if conditions else ""
    newest = session.execute(f"select max({table.since}) from ({query}){later}").fetchone()
    if accepted_loads:
        listed = ", ".join(literal(load) for load in accepted_loads)
        conditions.append(f"{table.since} not in ({listed})")
    where = f" where {' and '.join(conditions)}" if conditions else ""
    up_to = newest[0] if newest and newest[0] is not None else judged
    return Slice(f"select * from ({query}){where}", None if up_to is None else str(up_to))


def loads_in_question(
    session: duckdb.DuckDBPyConnection,
    tables: Sequence[Table],
    relations: Mapping[str, str],
    before: duckdb.DuckDBPyRelation | None,
    accepted_loads: Sequence[str],
) -> list[str]:
    """Return the deliveries that the given tables' promises were judged on, in order."""
    found: set[str] = set()
    judged = judged_before(before)
    for table in tables:
        if table.since is not None:
            part = slice_of(session, table, relations[table.name], judged, accepted_loads)
            rows = session.execute(f"select distinct {table.since} from ({part.query})").fetchall()
            found |= {str(load) for (load,) in rows if load is not None}
    return sorted(found)
