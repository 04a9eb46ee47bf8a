"""Phases of a run brought back into the build database, so that a later one can be made again.

The build database has one table for each model, as the run that made it last left it; what a
run's phases left is kept for as long as the run is. What is brought back is written into the
journal as this run's, table by table.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingestion.lakehouse import journal
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.sql_text import identifier
from ingestion.landing.products import PRODUCTS
from ingestion.landing.registration import Product
from python_models.release import day_sums, kept_phases
from python_models.runs.invocation import GOOD
from python_models.runs.nodes import Node, domain_of, has_rows, phase_of, relation_of
from python_models.runs.phase_facts import ordinal_of
from python_models.runs.spark.told import told

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from python_models.runs.build import Build

VARIABLE = "SLUICE_RESTORE"  # JSON of a `Restoring`, for the build that goes on


class NotKept(LookupError):
    """A phase that is to be gone on from is not there, or not as the phases before it are."""


@dataclass(frozen=True)
class Restoring:
    """Which phases are brought back before a build goes on."""

    product: str
    run_id: str  # of the product
    before: int  # ordinal of the first phase that is made again

    def __str__(self) -> str:
        return json.dumps([self.product, self.run_id, self.before])


def asked_for() -> Restoring | None:
    """Return what this process's build is to bring back first.

    Nothing where it is a layer: of what Spark made only its newest state has a name there. Such a
    run is gone on with on its own tables, and refused once others have made them again.
    """
    text = os.environ.get(VARIABLE)
    return Restoring(*json.loads(text)) if text and not told() else None


def kept_before(
    rows: Sequence[Mapping[str, Any]], product: Product, run_id: str, number: int
) -> dict[int, dict[str, Any]]:
    """Return {ordinal: row} of the phases before one, in their newest attempts.

    Raises:
        NotKept: one was never completed, or was made before a phase it rests on was made again.
    """
    known = kept_phases.newest_phases([dict(row) for row in rows], run_id)
    made = [ordinal for ordinal, name in enumerate(product.phases, 1) if _is_made(rows, name)]
    found = {ordinal: known[ordinal] for ordinal in made if ordinal < number and ordinal in known}
    missing = [ordinal for ordinal in made if ordinal < number and ordinal not in known]
    if missing:
        raise NotKept(
            f"Run {run_id} has not completed phase {missing[0]} {product.phases[missing[0] - 1]}:"
            f" go on from there, or from before (`make resume RUN={run_id} FROM={missing[0]}`)."
        )
    highest = 0
    for ordinal, row in found.items():
        if row["attempt"] < highest:
            raise NotKept(
                f"Phase {ordinal} {row['phase_name']} of run {run_id} was made before a phase it"
                f" rests on was made again: go on from it (`make resume RUN={run_id}"
                f" FROM={ordinal}`)."
            )
        highest = row["attempt"]
    return found


def restore(build: Build, connection: DuckDBPyConnection, wanted: Restoring) -> list[str]:
    """Bring the phases before one back; returns the names of the tables that were made.

    Raises:
        NotKept: they are not all there.
    """
    product = PRODUCTS[wanted.product]
    rows = kept_phases.runs_of(connection, product)
    day_sums.forget(connection)
    made = []
    for number, row in kept_before(rows, product, wanted.run_id, wanted.before).items():
        if _is_there(build, product, number):
            continue
        source = f"{identifier(product.phase_namespace)}.{identifier(row['phase_name'])}"
        for name, entry in kept_phases.relations_of(row).items():
            node = build.graph.get(entry["node"] or "")
            if node is None:
                continue
            query = kept_phases.relation_query(source, row, name)
            _make(connection, node, whole(query, node, entry["columns"]))
            _note(build, node, row)
            made.append(node["name"])
            fault(f"restored.{node['name']}")
        last = _phase_node(build.graph, product, number)
        if last:
            _make(connection, last, _summary(row))
            _note(build, last, row)
    return made


def whole(query: str, node: Node, kept: Mapping[str, Any]) -> str:
    """Return a query that also has, as null, the columns a model got since its rows were kept."""
    new = [name for name in node.get("columns") or {} if name not in kept]
    added = "".join(f", null as {identifier(name)}" for name in new)
    return f"select *{added} from ({query})" if new else query


def restored_nodes(graph: Mapping[str, Node], wanted: Restoring | None) -> set[str]:
    """Return the models of the phases that are brought back, and the product's seeds.

    A seed is of the project, as the code is that the next phases are made by: whoever goes on
    does so with what is there today.

    Raises:
        NotKept: a phase is not there, or lacks a table that today's code reads.
    """
    if wanted is None:
        return set()
    product = PRODUCTS[wanted.product]
    found = {
        name
        for name, node in graph.items()
        if node["resource_type"] == "seed" and domain_of(node) == product.name
    }
    with kept_phases.reading() as connection:
        rows = kept_phases.runs_of(connection, product)
    for number, row in kept_before(rows, product, wanted.run_id, wanted.before).items():
        kept = {entry["node"] for entry in kept_phases.relations_of(row).values()}
        found |= kept
        if last := _phase_node(graph, product, number):
            _refuse_lacking(graph, last, row, kept, wanted)
            found.add(last["unique_id"])
    return found & graph.keys()


def _refuse_lacking(
    graph: Mapping[str, Node], last: Node, row: Mapping[str, Any], kept: set[str], wanted: Restoring
) -> None:
    """Refuse a phase made by code that did not have a table which later phases read today.

    What lies in the build database under that name is another run's.

    Raises:
        NotKept: there is such a table.
    """
    number = row["phase_number"]
    later = [
        node.get("depends_on", {}).get("nodes", ())  # a seed or a source reads none
        for node in graph.values()
        if domain_of(node) == wanted.product and (ordinal_of(node) or 0) >= wanted.before
    ]
    lacking = sorted(
        graph[one]["name"]
        for one in last["depends_on"]["nodes"]
        if one not in kept and one in graph and ordinal_of(graph[one]) == number
        if has_rows(graph[one]) and any(one in read for read in later)
    )
    if lacking:
        raise NotKept(
            f"Phase {number} {row['phase_name']} of run {wanted.run_id} was made by code that had"
            f" no {', '.join(lacking)}, which later phases read today: go on from it"
            f" (`make resume RUN={wanted.run_id} FROM={number}`); answers that were paid for stay."
        )


def _is_made(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    """Say whether any run ever kept a phase: a project may have no node for one."""
    return any(row["phase_name"] == name and row["status"] == kept_phases.COMPLETED for row in rows)


def _is_there(build: Build, product: Product, number: int) -> bool:
    """Say whether the tables of a phase are as this run kept them, so that none is made again."""
    last = _phase_node(build.graph, product, number)
    if last is None:
        return False
    names = [last["unique_id"], *last["depends_on"]["nodes"]]
    marks = ", ".join("?" for _ in names)
    found = journal.rows(
        "select unique_id, run_id, status, max(rowid) as number from node_runs"
        f" where unique_id in ({marks}) group by unique_id",
        tuple(names),
    )
    kept = next((row for row in found if row["unique_id"] == last["unique_id"]), None)
    return (
        kept is not None
        and kept["status"] in GOOD
        and all(row["run_id"] == build.run_id and row["number"] <= kept["number"] for row in found)
    )


def _phase_node(graph: Mapping[str, Node], product: Product, number: int) -> Node | None:
    name = f"phase_{product.name}__{number:02d}_{product.phases[number - 1]}"
    return next((node for node in graph.values() if node["name"] == name), None)


def _make(connection: DuckDBPyConnection, node: Node, query: str) -> None:
    """Make a node's table in one statement: a kill leaves the one before or this one."""
    name = relation_of(node)
    with connection.cursor() as cursor:
        cursor.execute(f"create schema if not exists {identifier(node['schema'])}")
        kind = cursor.execute(
            "select table_type from information_schema.tables"
            " where table_schema = ? and table_name = ?",
            [node["schema"], node.get("alias") or node["name"]],
        ).fetchone()
        if kind and kind[0] == "VIEW":
            cursor.execute(f"drop view {name}")
        cursor.execute(f"create or replace table {name} as {query}")


def _summary(row: Mapping[str, Any]) -> str:
    parts = [
        f"select '{row['run_id']}' as run_id, {row['attempt']}::bigint as attempt,"
        f" {row['phase_number']}::bigint as phase_number, '{row['phase_name']}' as phase_name,"
        f" '{name}' as relation, {entry['rows']}::bigint as row_count"
        for name, entry in kept_phases.relations_of(row).items()
    ]
    return " union all ".join(parts)


def _note(build: Build, node: Node, row: Mapping[str, Any]) -> None:
    """Write into the journal that this run has a table again."""
    now = journal.now()
    journal.put(
        "node_runs",
        [
            {
                "invocation_id": build.invocation_id,
                "run_id": build.run_id,
                "unique_id": node["unique_id"],
                "domain": domain_of(node),
                "phase": phase_of(node),
                "node": node["name"],
                "resource_type": node["resource_type"],
                "status": "success",
                "started_at": now,
                "ended_at": now,
                "seconds": 0.0,
                "rows_out": build.rows_of(node["unique_id"], anew=True),
                "message": f"restored from attempt {row['attempt']} of the run",
            }
        ],
    )
