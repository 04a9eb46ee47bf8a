"""The dbt models up to variance and curves, run in this process over a tiny lake.

They are copied into a project of their own: everything these models need and nothing else, so
that a test starts in a second and says nothing about models it is not about.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult

from ingestion.lakehouse import lock
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.lake import lake
from python_models.release import day_sums
from python_models.release.mart_parts import Mart, mart_of, sums_of
from python_models.release.published_table import column_types
from python_models.runs.dbt_main import parse_seldom

PROJECT = Path(__file__).resolve().parents[3] / "dbt_project"
LAST_MODELS = ("int_telemetry__loads_processed", "int_telemetry__labels_kept", "sensor_values")
KNOWN_BY_DAY = ("readings", "sensor_values")  # what publishing keeps sums of days of
MARTS = {
    "readings": "control_id, reading_at, reading_number",
    "cycles": "cycle_id",
    "rejected_cycles": "cycle_id, reason",
    "cycle_stages": "cycle_id, stage",
    "baselines": "baseline_id",
    "cycle_variance": "cycle_id, stage",
    "stage_curves": "cycle_id, stage, point",
    "int_telemetry__cycle_shapes_measured": "cycle_id, stage, metric",
    "int_telemetry__cycle_shapes_compared": "cycle_id, stage, metric",
}
OPEN_GATE = """
def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    return session.sql("select true as is_open")
"""
_KILLED = """
import os, signal, sys
from dbt.cli.main import dbtRunner

def hear(event):
    if event.info.name == "NodeFinished" and event.data.node_info.node_name == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)

dbtRunner(callbacks=[hear]).invoke(sys.argv[2:])
"""
_REF = re.compile(r"(?:ref\(|[(,]\s*)'((?:stg|int|gate)_telemetry__\w+|telemetry_\w+|[a-z_]+)'")


def needed_models() -> dict[str, Path]:
    """Return the last models and all SQL models they are made from, as their files say."""
    files = {path.stem: path for path in (PROJECT / "models" / "telemetry").rglob("*.sql")}
    needed: dict[str, Path] = {}
    left = list(LAST_MODELS)
    while left:
        name = left.pop()
        if name in files and name not in needed:
            needed[name] = files[name]
            left += _REF.findall(files[name].read_text())
    return needed


def needed_gates() -> set[str]:
    """Return the gates these models wait for."""
    text = "".join(path.read_text() for path in needed_models().values())
    return set(re.findall(r"gate_telemetry__\w+", text))


def write_project(folder: Path) -> None:
    """Copy what is needed into a dbt project of its own."""
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    settings["model-paths"] = ["models"]
    for hook in ("on-run-start", "on-run-end"):
        settings.pop(hook, None)
    folder.mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(settings))
    shutil.copy(PROJECT / "profiles.yml", folder)
    for part in ("macros", "seeds", "data_tests/generic"):
        shutil.copytree(PROJECT / part, folder / part)
    for path in needed_models().values():
        target = folder / "models" / "telemetry" / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        for file in (path, path.with_suffix(".yml")):
            if file.exists():
                shutil.copy(file, target.parent)
    shutil.copy(PROJECT / "models/telemetry/staging/_sources.yml", folder / "models")
    for gate in needed_gates():
        (folder / "models" / f"{gate}.py").write_text(OPEN_GATE)


class Models:
    """The models' project and the state dbt keeps between runs in one process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "models_project"
        write_project(self.folder)
        parse_seldom()

    def run(self, *arguments: str, command: str = "run") -> dbtRunnerResult:
        """Run dbt over everything but the gates; raises when a node fails."""
        if command != "seed" and not lake().build_db.exists():
            self.run(command="seed")
        # a new process would read the catalog anew: one connection for all runs would not
        DuckDBConnectionManager.close_all_connections()
        # not with the manifest of the run before: dbt would run that run's SQL again
        without_gates = [] if "--exclude" in arguments else ["--exclude", "tag:gate"]
        result = dbtRunner().invoke([command, *without_gates, *self.places, *arguments])
        if not result.success:
            raise AssertionError(failure_of(result))
        assert_days_known()
        return result

    def run_killed_after(self, node: str) -> None:
        """Run dbt in a process of its own, which is killed as soon as a node has ended."""
        DuckDBConnectionManager.close_all_connections()
        lock.release()  # dbt took it in this process
        command = ["run", "--exclude", "tag:gate", *self.places]
        done = subprocess.run([sys.executable, "-c", _KILLED, node, *command], check=False)
        assert done.returncode == -signal.SIGKILL

    @property
    def places(self) -> list[str]:
        """Return dbt's options that say where the project lies."""
        places = ["--project-dir", str(self.folder), "--profiles-dir", str(self.folder)]
        places += ["--target-path", str(self.folder / "target")]
        return [*places, "--log-path", str(self.folder / "logs"), "--quiet"]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the build database."""
        with _copy_of_build() as connection:
            return connection.execute(query).fetchall()

    def marts(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every mart, and what else is stored from run to run, ordered by its key."""
        with _copy_of_build() as connection:
            return {
                name: connection.execute(
                    f"select * from {_schema(name)}.{name} order by {key}"
                ).fetchall()
                for name, key in MARTS.items()
            }


def assert_days_known() -> None:
    """Assert that what publishing knows of days without reading them is what it would read."""
    DuckDBConnectionManager.close_all_connections()
    with connect_duckdb(lake().build_db) as session:
        session.execute("set TimeZone = 'UTC'")
        query = "select view_name from duckdb_views() where schema_name = 'telemetry'"
        views = {name for (name,) in session.execute(query).fetchall()}
        for name in KNOWN_BY_DAY:
            if name in views:
                mart = mart_named(name)
                columns = column_types(session, mart.relation)
                known = day_sums.sums_by_day(session, mart, mart, columns)
                assert sorted(known) == sorted(sums_of(session, mart, columns)), name


def mart_named(name: str) -> Mart:
    """Return a mart as its YAML describes it."""
    path = PROJECT / "models" / "telemetry" / "marts" / f"{name}.yml"
    (model,) = yaml.safe_load(path.read_text())["models"]
    return mart_of({"schema": "telemetry", "name": name, "config": model["config"]})


def _schema(name: str) -> str:
    return "telemetry_intermediate" if name.startswith("int_") else "telemetry"


@contextmanager
def _copy_of_build() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a copy: dbt keeps the file itself open in this process, with settings of its own."""
    with tempfile.TemporaryDirectory() as folder:
        for path in lake().root.glob("build.duckdb*"):
            shutil.copy(path, folder)
        with connect_duckdb(Path(folder) / "build.duckdb") as connection:
            yield connection


def failure_of(result: dbtRunnerResult) -> str:
    """Return the messages of the nodes that failed."""
    if result.exception:
        return str(result.exception)
    return "\n".join(
        f"{item.node.name}: {item.message}"
        for item in result.result.results
        if item.status not in ("success", "pass", "skipped")
    )


@lru_cache(maxsize=1)
def tolerance() -> float:
    """How far sums of doubles may differ when they are added in another order."""
    return 1e-5


def differences(
    left: dict[str, list[tuple[Any, ...]]], right: dict[str, list[tuple[Any, ...]]]
) -> list[str]:
    """Return what differs between two sets of marts, as sentences."""
    found = []
    for name in MARTS:
        if len(left[name]) != len(right[name]):
            found.append(f"{name}: {len(left[name])} rows, {len(right[name])} rows")
        for mine, theirs in zip(left[name], right[name], strict=False):
            if not all(_equal(a, b) for a, b in zip(mine, theirs, strict=True)):
                found.append(f"{name}: {mine} is not {theirs}")
                break
    return found


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return abs(left - right) <= tolerance() * max(1.0, abs(left), abs(right))
    return left == right
