"""The floor of a build: the same compiled SQL, run by hand in DuckDB, in the order dbt ran it.

`python -m tests.benchmarks.build_floor <dbt target folder> <work folder> [<unique id> ..]`; prints
JSON, of all models or of these. Seeds and Python models are copied from the finished build and not
timed: they are not SQL. Beside the models stands `CPU`, the CPU seconds of all their statements.

Where the work folder holds the build database as it was before the build, that one is gone on
with: the floor of one more day, whose SQL reads what stands from the days before.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import duckdb

from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import settings
from python_models.runs.phase_views import create_phase_views
from python_models.runs.raw_views import create_raw_views, current_pins

CPU = "cpu_s"


def floor_seconds(target: Path, work: Path, only: Collection[str] = ()) -> dict[str, float]:
    """Return the seconds of each SQL model when its statement is run by hand, and their CPU's.

    Args:
        target: dbt's folder after a build.
        work: folder for the database they are made in.
        only: models to run; all of the build, if there is none.
    """
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    results = json.loads((target / "run_results.json").read_text())["results"]
    connection = _connection(work)
    seconds: dict[str, float] = {}
    cpu_s = 0.0
    for result in sorted(results, key=_completed_at):
        node = nodes.get(result["unique_id"])
        if node is None or node["resource_type"] not in ("model", "seed"):
            continue
        if node["config"]["materialized"] == "ephemeral":
            continue
        if only and result["unique_id"] not in only:
            continue
        connection.execute(f'create schema if not exists "{node["schema"]}"')
        if node["resource_type"] == "seed" or node["language"] == "python":
            relation = node["relation_name"]
            _, _, rest = relation.partition(".")
            connection.execute(
                f"create or replace table {relation} as select * from finished.{rest}"
            )
            continue
        began, cpu_began = time.monotonic(), time.process_time()
        for statement in _statements(node, result["compiled_code"], target):
            connection.execute(statement)
        seconds[result["unique_id"]] = time.monotonic() - began
        cpu_s += time.process_time() - cpu_began
    connection.close()
    return seconds | {CPU: cpu_s}


def _statements(node: dict, query: str, target: Path) -> Iterator[str]:
    """Yield what a person would run for a model.

    One that adds to what stands gathers its rows first, as dbt does, and then runs the statements
    that dbt left in its folder `run`: these bear the name of the gathered rows.
    """
    kind = node["config"]["materialized"]
    if kind == "incremental":
        path = target / "run" / node["package_name"] / node["original_file_path"]
        merging = path.read_text() if path.exists() else ""
        if gathered := re.search(r"\w+__dbt_tmp\d*", merging):
            yield f'create or replace temporary table "{gathered[0]}" as ({query}\n)'
            yield merging
            return
    made = "view" if kind == "view" else "table"
    yield f"create or replace {made} {node['relation_name']} as ({query}\n)"


def _connection(work: Path) -> duckdb.DuckDBPyConnection:
    """Open a database of the same name and with the same limits as the build's."""
    work.mkdir(parents=True, exist_ok=True)
    path = work / lake().build_db.name
    known = settings()
    connection = connect_duckdb(
        path,
        config={
            "threads": str(known.sluice_threads),
            "memory_limit": known.sluice_memory_limit,
            "temp_directory": str(work / "spill"),
        },
    )
    connection.execute("set TimeZone = 'UTC'")
    create_raw_views(connection, current_pins())
    create_phase_views(connection)
    connection.execute(f"attach '{lake().build_db}' as finished (read_only)")
    return connection


def _completed_at(result: dict) -> str:
    """Return when a node was done; a node that others wait for is done before they are."""
    return max((step["completed_at"] or "" for step in result["timing"]), default="")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(floor_seconds(*map(Path, sys.argv[1:3]), sys.argv[3:])))
