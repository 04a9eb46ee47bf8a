"""Runs a gate: a node of the graph that lets a build pass only when its promises hold.

A gate's model hands over the tables it refs; the promises about them are plain data in
`expectations/<domain>/<when>.py`. Every promise becomes a row of the ops journal and a line
of the Data Docs, whether the gate then passes or raises.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa

from expectations.constants import settled
from expectations.counted import kept_promises
from expectations.outcome import Outcome, broken_gate, let_pass, outcomes_of, to_arrow
from expectations.promise import Table
from expectations.reuse import inputs_of, reusable_results
from expectations.slices import Slice, judged_before, let_pass_before, loads_in_question, slice_of
from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import scrub
from python_models.release.reuse import last_build

log = logging.getLogger(__name__)


class GateFailed(RuntimeError):
    """A critical promise is broken; the message says which, where and by how much."""


def run_gate(
    dbt: Any,
    session: duckdb.DuckDBPyConnection,
    domain: str,
    when: str,
    tables: Mapping[str, duckdb.DuckDBPyRelation],
    accepted_loads: Sequence[str] | str | None = None,
) -> pa.Table:
    """Judge the tables by the promises of a domain at one moment; one row for each promise.

    `accepted_loads` are deliveries that a person has looked at and lets pass.

    Raises:
        GateFailed: a critical promise is broken, or could not be checked. What lies below
            is then skipped by dbt; the results are in the journal all the same.
    """
    gate = f"gate_{domain}__{when}"
    relations = {name: relation.sql_query() for name, relation in tables.items()}
    relations["last_release"] = last_release(domain)
    try:
        promised = promises_of(domain, when, relations)
        let_through = let_pass_before(domain)
        named = [load for load in listed(accepted_loads) if load not in let_through]
        before = last_build(session, dbt.this)
        outcomes = judge(session, gate, before, promised, relations, [*let_through, *named])
        outcomes += [let_pass(gate, load) for load in named]
    except Exception as error:  # noqa: BLE001  whatever it is: a gate that cannot judge stops
        broken = broken_gate(gate, error)
        journal.record_gate_results([broken.journal_row()])
        show(gate, [broken])
        raise GateFailed(f"{gate} could not be run: {scrub(str(error))}") from None
    journal.record_gate_results([outcome.journal_row() for outcome in outcomes])
    show(gate, outcomes)
    if stopping := [outcome for outcome in outcomes if outcome.stops_the_build]:
        let_pass_too = [*let_through, *named]
        loads = _loads_of(session, stopping, promised, relations, before, let_pass_too)
        raise GateFailed(message_of(gate, outcomes, loads))
    warn(gate, outcomes)
    return to_arrow(outcomes)


def promises_of(domain: str, when: str, tables: Mapping[str, str]) -> list[Table]:
    """Return the declared promises; those of a table that the gate was not given are an error."""
    declared: Sequence[Table] = importlib.import_module(f"expectations.{domain}.{when}").TABLES
    for table in declared:
        needed = {table.name}.union(*(promise.references for promise in table.promises))
        if missing := needed - {"batch"} - set(tables):
            raise LookupError(
                f"expectations/{domain}/{when}.py promises something about {sorted(missing)}, "
                f"which gate_{domain}__{when}.py does not hand over"
            )
    return list(declared)


def last_release(domain: str) -> str:
    """Return a query for (table_name, row_count) of the domain's last release."""
    rows = journal.rows(
        "select table_name, rows from release_tables where domain = :domain and release_id = "
        "(select max(release_id) from release_tables where domain = :domain)",
        {"domain": domain},
    )
    values = [f"('{row['table_name']}', {int(row['rows'] or 0)})" for row in rows]
    known = ", ".join(values) or "(null, null)"
    return (
        "select cast(table_name as varchar) as table_name, cast(row_count as bigint) as row_count "
        f"from (values {known}) as released (table_name, row_count)"
    )


def listed(loads: Sequence[Any] | str | None) -> list[str]:
    """Return load ids as people write them: a list, or a text with commas or blanks."""
    parts = loads.replace(",", " ").split() if isinstance(loads, str) else loads or ()
    return [text for load in parts if (text := str(load).strip())]


def judge(
    session: duckdb.DuckDBPyConnection,
    gate: str,
    before: duckdb.DuckDBPyRelation | None,
    promised: Sequence[Table],
    relations: Mapping[str, str],
    let_through: Sequence[str],
) -> list[Outcome]:
    """Put every promise to the test; the tables are read in SQL on dbt's own connection.

    Tables of which nothing has changed since the gate last passed keep their results.
    """
    checked_at = datetime.now(UTC).replace(tzinfo=None)
    inputs = inputs_of(session, promised, relations, let_through)
    results = reusable_results(before, inputs, checked_at)
    changed = [table for table in promised if table.name not in results]
    judged = judged_before(before)
    parts = {
        table.name: slice_of(session, table, relations[table.name], judged, let_through)
        for table in changed
    }
    found = _found(session, changed, parts, relations)
    for table in changed:
        part, inputs_hash = parts[table.name], inputs[table.name]
        results[table.name] = outcomes_of(
            gate, table, part, found[table.name], checked_at, inputs_hash
        )
    return [outcome for table in promised for outcome in results[table.name]]


def _found(
    session: duckdb.DuckDBPyConnection,
    tables: Sequence[Table],
    parts: Mapping[str, Slice],
    relations: Mapping[str, str],
) -> dict[str, dict[str, Any]]:
    """Return {table: {promise: result}}; what is not plainly kept is for Great Expectations."""
    found: dict[str, dict[str, Any]] = {}
    left: list[Table] = []
    for declared in tables:
        query = parts[declared.name].query
        table = replace(declared, promises=settled(session, declared.promises, query, relations))
        kept = kept_promises(session, table, query, relations)
        rest = tuple(promise for promise in table.promises if promise.name not in kept)
        found[table.name] = dict(kept)
        if rest:
            left.append(replace(table, promises=rest))
    if left:
        from expectations import engine

        with engine.TURN:
            runner = engine.GateRunner(session)
            for table in left:
                found[table.name] |= runner.check(table, parts[table.name].query, relations)
    return found


def _loads_of(
    session: duckdb.DuckDBPyConnection,
    stopping: Sequence[Outcome],
    promised: Sequence[Table],
    relations: Mapping[str, str],
    before: duckdb.DuckDBPyRelation | None,
    let_through: Sequence[str],
) -> list[str]:
    """Return the deliveries that broken promises are about: those their rows name, or all."""
    keys = [key for outcome in stopping for key in outcome.sample_keys]
    if loads := {str(key["load_id"]) for key in keys if key.get("load_id")}:
        return sorted(loads)
    broken = {outcome.table_name for outcome in stopping}
    asked = [table for table in promised if table.name in broken]
    return loads_in_question(session, asked, relations, before, let_through)


def message_of(gate: str, outcomes: Sequence[Outcome], loads: Sequence[str] = ()) -> str:
    """Say which critical promises broke, on which table, by how much, with keys to look at.

    `loads` are the deliveries the gate judged, which a person may let pass.
    """
    critical = [outcome for outcome in outcomes if outcome.severity == "critical"]
    stopping = [outcome for outcome in outcomes if outcome.stops_the_build]
    lines = [f"{gate} stops the build: {len(stopping)} of {len(critical)} critical promises broken"]
    lines += [f"  {outcome.sentence}" for outcome in stopping]
    lines.append(
        "Nothing below this gate was built; the last release stays as it is. All results are in "
        "ops.gate_results and in docs/gates/index.html of the lake."
    )
    if loads:
        lines.append(
            "Mend the delivery and land it again; or look at the rows and let it pass as it is: "
            f"make build ACCEPT={','.join(loads)}"
        )
    return scrub("\n".join(lines))


def warn(gate: str, outcomes: Sequence[Outcome]) -> None:
    """Name the broken promises that do not stop a build in dbt's log."""
    from dbt.adapters.events.logging import AdapterLogger

    for outcome in outcomes:
        if not outcome.success:
            AdapterLogger("gate").warning(scrub(f"{gate}: {outcome.sentence}"))


def show(gate: str, outcomes: Sequence[Outcome]) -> None:
    """Write the Data Docs; a page that cannot be written never decides about the data."""
    from expectations.data_docs import write_gate_page

    try:
        write_gate_page(gate, outcomes)
    except OSError as error:
        log.warning("The Data Docs of %s could not be written: %s", gate, error)
