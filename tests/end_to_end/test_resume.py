"""A run of each product that is killed in every phase is gone on with to the same release."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.settings import PROJECT_ROOT, Settings
from ingestion.lakehouse.sql_text import identifier
from ingestion.landing.products import PRODUCTS


class Plant:
    """A lake with the landed demo of one product, which is put back as it was at will.

    Its landing was killed before a package's first commit, and its build as soon as it began.
    """

    def __init__(self, folder: Path, product: str) -> None:
        self.folder, self.product = folder, product
        self.lake = folder / "lake"
        self.began = datetime.now(UTC).replace(tzinfo=None)
        self.say("ingestion.landing.demo", "--typed", "DOMAIN")
        self.say("python_models.runs.run", "--typed", "DOMAIN", fault="before-dlt-load:1")
        assert self.journal("select count(*) from runs") == [(0,)]
        self.resume_until_there_are_more("runs")
        shutil.copytree(self.lake, folder / "landed", symlinks=True)

    def put_back(self) -> None:
        """Make the lake what it was when all had landed and nothing was built."""
        shutil.rmtree(self.lake)
        shutil.copytree(self.folder / "landed", self.lake, symlinks=True)

    def say(self, module: str, *arguments: str, fault: str = "") -> str:
        """Do a command; it must end well, or be killed where `fault` says; returns what it said."""
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", module, *arguments],
            cwd=PROJECT_ROOT, env=self.environment(fault), capture_output=True, text=True,
            timeout=1800, check=False,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert done.returncode == (137 if fault else 0), f"{fault}: {said[-3000:]}"
        return said

    def environment(self, fault: str = "") -> dict[str, str]:
        """Return what a command is to know, and nothing of the settings that happen to be here."""
        known = {name.upper() for name in Settings.model_fields} | {"SLUICE_SOURCES", "SLUICE_CI"}
        environment = {name: value for name, value in os.environ.items() if name not in known}
        environment |= {"SLUICE_LAKE": str(self.lake), "FAULT": fault, "DOMAIN": self.product}
        for name in ("TARGET", "LOG"):
            environment[f"DBT_{name}_PATH"] = str(self.folder / name.lower())
        return environment

    def build(self, fault: str = "") -> None:
        """Build what has landed."""
        self.say("python_models.runs.run", "--build-only", "--typed", "DOMAIN", fault=fault)

    def resume(self, fault: str = "") -> None:
        """Go on where the last run stopped."""
        self.say("python_models.runs", "resume", fault=fault)

    def resume_until_there_are_more(self, table: str) -> None:
        """Go on, and kill it all from outside as soon as a table of the journal has more rows."""
        before = self.count(table)
        with subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "python_models.runs", "resume"],
            cwd=PROJECT_ROOT, env=self.environment(), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        ) as resuming:  # fmt: skip
            while resuming.poll() is None and self.count(table) == before:
                time.sleep(0.005)
            os.killpg(resuming.pid, signal.SIGKILL)
        assert resuming.returncode == -signal.SIGKILL  # it was not done

    def journal(self, sql: str) -> list[tuple]:
        """Return the rows of a query on the journal."""
        with closing(sqlite3.connect(self.lake / "journal.db")) as connection:
            return connection.execute(sql).fetchall()

    def count(self, table: str) -> int:
        """Return how many rows a table of the journal has: none before the first build makes it."""
        if not self.journal(f"select 1 from sqlite_master where name = '{table}'"):
            return 0
        [[rows]] = self.journal(f"select count(*) from {table}")
        return rows

    def last_of_phases(self) -> dict[str, str]:
        """Return the node of each phase that ended last, in the order in which they ended."""
        found = self.journal(
            "select phase, node from node_runs where phase is not null"
            " and status in ('success', 'no-op') order by ended_at"
        )
        last = dict(found)
        return {phase: node for phase, node in found if last[phase] == node}

    def asked(self) -> list[tuple[str, int]]:
        """Return (call, how often it was answered) in an order that is always the same.

        What was in flight at a kill has no answer: it is `lost`, and is asked again.
        """
        return self.journal(
            "select call_id, count(*) from llm_attempts where state <> 'lost'"
            " group by call_id order by call_id"
        )

    def released(self) -> dict[str, list[str]]:
        """Return the rows of every released table, without what no two builds have alike."""
        with connect_duckdb(self.lake / "latest.duckdb", read_only=True) as connection:
            tables = connection.execute(
                "select table_name, from_json(volatile_columns, '[\"varchar\"]')"
                " from ops.release_tables where domain = ? and release_id ="
                " (select max(release_id) from ops.release_tables)",
                [self.product],
            ).fetchall()
            return {
                name: _rows(
                    connection,
                    f"{self.product}.{identifier(name)}",
                    {*(passing or ()), *_OF_ITS_RUN.get(name, ())},
                    self.began,
                )
                for name, passing in tables
            }


# no volatile columns, since rows and answers stay: the run that measured, what an answer took
_OF_ITS_RUN = {"quality_history": ("history_id", "run_id"), "pair_verdicts": ("seconds",)}


def _rows(
    connection: duckdb.DuckDBPyConnection, table: str, passing: set[str], began: datetime
) -> list[str]:
    named = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
    kept = ", ".join(identifier(name) for name in named if name not in passing)
    found = connection.execute(f"select {kept} from {table}").fetchall()
    return sorted(repr(tuple(_plain(value, began) for value in row)) for row in found)


def _plain(value: object, began: datetime) -> object:
    """The last digit of a sum of floats is its threads'; when an answer came is its build's."""
    if isinstance(value, datetime) and value.replace(tzinfo=None) >= began:
        return "while this test ran"
    return float(f"{value:.9g}") if isinstance(value, float) else value


@pytest.mark.long
@pytest.mark.parametrize("product", PRODUCTS)
def test_a_run_killed_in_each_phase_is_resumed_to_what_an_unbroken_one_releases(
    product: str, tmp_path: Path
) -> None:
    plant = Plant(tmp_path, product)
    plant.build()
    released, asked = plant.released(), plant.asked()
    assert sum(map(len, released.values())) > 0 and asked
    assert {times for _, times in asked} == {1}
    points = plant.last_of_phases()
    assert len(points) >= 5, points

    plant.put_back()
    plant.resume_until_there_are_more("llm_attempts")
    [[begun]] = plant.journal("select count(distinct call_id) from llm_attempts")
    assert 0 < begun < len(asked)
    plant.resume()
    assert plant.asked() == asked
    assert plant.released() == released

    plant.put_back()
    *before, last = points
    for phase in before:
        plant.resume(fault=f"node.{points[phase]}:1")
    plant.resume(fault="publish.recorded:1")
    plant.resume(fault=f"node.{points[last]}:1")
    plant.resume()
    states = [status for (status,) in plant.journal("select status from runs order by rowid")]
    assert states == ["killed"] * (len(points) + 2) + ["success"]
    assert len(plant.journal("select distinct run_id from runs")) == 1
    assert plant.asked() == asked
    assert plant.released() == released
