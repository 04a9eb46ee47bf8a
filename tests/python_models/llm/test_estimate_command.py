"""`make estimate`: counts what was declared a moment ago, is no run, and is in nobody's way."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from typing import Any

import duckdb
import pytest

from ingestion.lakehouse import lock
from ingestion.lakehouse.settings import reset_settings
from python_models.runs import estimate
from tests import parsed_once
from tests.expectations.plant import ROOT, Plant
from tests.python_models.experiments.studies import write_study

COMMAND = (sys.executable, "-m", "python_models.runs.estimate", "--domain", "experiments", "--json")
DRAFTS = "llm_experiments__drafts_written"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """A lake in which nothing has landed, and a study declared by a relative path."""
    folder = tmp_path_factory.mktemp("estimate")
    write_study(folder / "my_sources" / "small")
    named = os.path.relpath(folder / "my_sources", ROOT)
    parsed_once.lend(folder / "target", {"SLUICE_LAKE": str(folder / "lake")})
    return Plant(folder, "experiments", {"SLUICE_SOURCES": named})


def runs(plant: Plant) -> int:
    """Return how many runs the journal knows."""
    with sqlite3.connect(plant.lake / "journal.db") as connection:
        known = connection.execute("select 1 from sqlite_master where name = 'runs'").fetchone()
        return connection.execute("select count(*) from runs").fetchone()[0] if known else 0


def test_a_study_that_has_not_landed_is_counted_and_no_run_is_noted(plant: Plant) -> None:
    done = plant.run(*COMMAND)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = {one["node"]: one for one in json.loads(done.stdout)}
    assert found[DRAFTS]["calls"] > 0
    assert f"estimate: {DRAFTS}" in done.stderr
    assert runs(plant) == 0
    assert not (plant.lake / "build.duckdb").exists()
    assert not list((plant.lake / "estimates").iterdir())
    assert "does not land by this" in done.stderr
    assert not list(plant.lake.rglob("*.parquet"))
    assert not list(plant.lake.rglob("*.metadata.json"))


def test_a_named_folder_that_declares_nothing_is_said_in_words(
    tmp_path, monkeypatch, capsys
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("SLUICE_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("SLUICE_SOURCES", str(tmp_path / "empty"))
    monkeypatch.setattr(sys, "argv", ["estimate", "--domain", "experiments"])
    reset_settings()
    assert estimate.main() == 2
    assert "which holds no declaration" in capsys.readouterr().err
    reset_settings()


def test_a_build_may_begin_while_an_estimate_goes_on(plant: Plant, monkeypatch) -> None:
    plant.lake.mkdir(exist_ok=True)  # it may be the first of this module in its process
    duckdb.connect(plant.lake / "build.duckdb").close()
    environment = os.environ | plant.more | {
        "SLUICE_LAKE": str(plant.lake), "DBT_TARGET_PATH": str(plant.folder / "target"),
        "DBT_LOG_PATH": str(plant.folder / "logs")}  # fmt: skip
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(COMMAND, cwd=ROOT, env=environment, text=True, **pipes)
    assert process.stderr is not None
    for line in process.stderr:
        if "building" in line:
            break
    monkeypatch.setenv("SLUICE_LAKE", str(plant.lake))
    reset_settings()
    try:
        lock.acquire(wait_seconds=0)
        duckdb.connect(plant.lake / "build.duckdb").close()
        assert process.poll() is None  # it was still at work
        _, said = process.communicate()
        assert process.returncode == 0, said[-3000:]
    finally:
        lock.release()
        shutil.rmtree(plant.lake)
