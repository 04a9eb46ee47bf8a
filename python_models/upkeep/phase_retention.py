"""What `retention` lets go of in the tables of phases: whole runs, by partition.

Of each report the newest runs stay; one is dropped only when it is beyond the 100th of its report
and older than 90 days.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import catalog, metadata_locations
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.sql_text import literal
from ingestion.landing.registration import Product
from python_models.release import kept_phases, phase_tables
from python_models.release.snapshot_files import plain
from python_models.upkeep import sweep

REPORT = "report"  # column of the first phase's `run` that says which report a run is of


def droppable(kept: int, horizon: datetime) -> dict[str, list[str]]:
    """Return {product: runs that are beyond keeping}, oldest first.

    Args:
        kept: how many runs of each report stay, however old they are.
        horizon: a run that wrote a phase since then stays.
    """
    found: dict[str, list[str]] = {}
    with kept_phases.reading() as connection:
        for product in kept_phases.with_phases():
            rows = kept_phases.runs_of(connection, product)
            reports = _reports(connection, product)
            if gone := _beyond(rows, reports, kept, horizon):
                found[product.name] = gone
    return found


def kept_in_journal(dropped: Mapping[str, Collection[str]]) -> set[str]:
    """Return the runs of the journal whose phases are kept: gone on with, they are asked for."""
    found: set[str] = set()
    with kept_phases.reading() as connection:
        for product in kept_phases.with_phases():
            gone = set(dropped.get(product.name, ()))
            rows = [
                row for row in kept_phases.runs_of(connection, product) if row["run_id"] not in gone
            ]
            found |= {row["run_id"] for row in rows}
            invocations = {row["invocation_id"] for row in rows}
            found |= {
                run["run_id"]
                for run in journal.rows("select run_id, invocation_id from runs")
                if run["invocation_id"] in invocations
            }
    return found


def drop(dropped: Mapping[str, Collection[str]]) -> None:
    """Take runs out of every table of phases; their rows in `runs` go last."""
    for product in kept_phases.with_phases():
        gone = sorted(dropped.get(product.name, ()))
        there = metadata_locations(product.phase_namespace)
        if not gone:
            continue
        listed = ", ".join(literal(run_id) for run_id in gone)
        last = (product.phases[0], phase_tables.RUNS)  # they say which runs there are, of what
        for name in sorted(there, key=lambda table: (table in last, table == last[1], table)):
            table = catalog().load_table((product.phase_namespace, name))
            table.delete(f"run_id in ({listed})")
            sweep.expire(table.refresh(), set())
            fault(f"retention.phases.{name}")


def _reports(connection: duckdb.DuckDBPyConnection, product: Product) -> dict[str, str | None]:
    metadata = metadata_locations(product.phase_namespace).get(product.phases[0])
    if metadata is None:
        return {}
    found = connection.execute(
        f"""select run_id, max(json_extract_string("row", '$.{REPORT}'))"""
        f" from iceberg_scan({literal(plain(metadata))}) where relation = 'run' group by run_id"
    ).fetchall()
    return dict(found)


def _beyond(
    rows: Sequence[Mapping[str, Any]],
    reports: Mapping[str, str | None],
    kept: int,
    horizon: datetime,
) -> list[str]:
    completed = {
        row["run_id"]
        for row in rows
        if row["phase_number"] == 1 and row["status"] == kept_phases.COMPLETED
    }
    began: dict[str, int] = {}
    touched: dict[str, datetime] = {}
    for row in rows:
        run_id = row["run_id"]
        began[run_id] = min(row["sequence"], began.get(run_id, row["sequence"]))
        touched[run_id] = max(row["timestamp"], touched.get(run_id, row["timestamp"]))
    variants = {row["run_id"] for row in rows if row.get("variant_of")}
    numbers: dict[tuple[str | None, bool], int] = {}
    gone = []
    for run_id in sorted(began, key=lambda one: -began[one]):
        if run_id in completed and run_id not in reports:
            gone.append(run_id)  # a kill came when all of it but its rows in `runs` had gone
            continue
        kind = (reports.get(run_id), run_id in variants)  # a variant takes no run's place
        numbers[kind] = numbers.get(kind, 0) + 1
        if numbers[kind] > kept and touched[run_id] < horizon:
            gone.append(run_id)
    return gone[::-1]
