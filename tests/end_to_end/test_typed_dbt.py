"""`dbt` typed by hand, on a lake that `make run` built: products that stand are left out."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.landing.products import PRODUCTS
from python_models.llm.ledger.forget import forget

DBT = Path(sys.executable).with_name("dbt")


@dataclass(frozen=True)
class Built:
    """A lake with all products in it, and dbt's folders beside it."""

    folder: Path

    @property
    def lake(self) -> Path:
        return self.folder / "lake"

    def run(self, *command: str, cwd: Path = PROJECT_ROOT, **more: str) -> str:
        """Run a command that has to succeed; returns what it said."""
        told = {
            "SLUICE_LAKE": str(self.lake),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
        }
        done = subprocess.run(
            command, cwd=cwd, env=os.environ | told | more, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def dbt(self, *arguments: str, **more: str) -> tuple[str, set[str]]:
        """Type a dbt command; returns what it said, and the names of the nodes it ran."""
        said = self.run(str(DBT), *arguments, cwd=PROJECT_ROOT / "dbt_project", **more)
        told = json.loads((self.folder / "target" / "run_results.json").read_text())
        ids = [one["unique_id"].split(".") for one in told["results"]]
        return said, {name for kind, _, name, *_ in ids if kind != "operation"}

    def journal(self, query: str) -> list[tuple]:
        """Return what a query of its journal gives."""
        with closing(sqlite3.connect(self.lake / "journal.db")) as journal:
            return journal.execute(query).fetchall()


@pytest.fixture(scope="module")
def built(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A copy of the demo's lake, as the run left it."""
    built = Built(tmp_path_factory.mktemp("typed"))
    shutil.move(demo / "typed", built.lake)
    shutil.copytree(demo / "target", built.folder / "target")
    built.run(sys.executable, "-m", "python_models.runs", "relocate")
    return built


def test_where_nothing_is_new_no_node_runs_and_no_run_is_written_down(built: Built) -> None:
    before = built.journal("select count(*), max(run_id) from runs")
    for command in ("build", "run"):
        said, nodes = built.dbt(command)
        assert f"Nothing new in {', '.join(PRODUCTS)} (FORCE=1 dbt {command} builds" in said
        assert nodes == set()
    assert built.journal("select count(*), max(run_id) from runs") == before


def test_what_lost_an_answer_is_built_and_left_out_afterwards_with_its_tests(built: Built) -> None:
    ((call, *_),) = built.journal(
        "select max(call_id) from llm_calls where step = 'experiments_evaluation'"
    )
    forget(built.lake / "journal.db", [call])
    paid = "select count(*) from llm_attempts"
    [(before,)] = built.journal(paid)
    said, nodes = built.dbt("run", "--select", "experiments")
    assert "Nothing new" not in said
    assert {"llm_experiments__evaluations_judged", "release_experiments__published"} <= nodes
    assert built.journal(paid) == [(before + 1,)]
    # the other has not been built since something was forgotten
    said, nodes = built.dbt("run", "--select", "experiments", "telemetry")
    assert "Nothing new in experiments (" in said
    assert "release_telemetry__published" in nodes
    assert not {name for name in nodes if "experiments" in name}
    [(arguments,)] = built.journal("select arguments from run_args order by rowid desc limit 1")
    assert json.loads(arguments)["select"] == ["telemetry"]


def test_a_model_that_is_named_runs(built: Built) -> None:
    said, nodes = built.dbt("run", "--select", "int_experiments__cohorts_identified")
    assert "Nothing new" not in said
    assert nodes == {"int_experiments__cohorts_identified"}
