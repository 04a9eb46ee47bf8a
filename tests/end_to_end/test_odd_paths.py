"""A project and a lake in folders with all that a path may hold: they work, and stay inside.

The builds are its own: no lake that others share lies in such a folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse.settings import PROJECT_ROOT

ODD = "räl 'x' #1 %20"
COPIED = ("dbt_project", "python_models", "ingestion", "expectations", "pyproject.toml", ".dlt")
COPIED += ("requirements.lock", "Makefile")
IGNORED = shutil.ignore_patterns("target", "logs", "__pycache__", "*.egg-info")
SMALL = ("--controls", "1", "--days", "3", "--hz", "0.02")
SELECTED = ("--select", "telemetry", "--exclude-resource-type", "unit_test", "test", "--quiet")


class Project:
    """A copy of the project, run as a person runs it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lake = folder, folder / "lake"
        folder.mkdir()
        for name in COPIED:
            source = PROJECT_ROOT / name
            copy = shutil.copytree if source.is_dir() else shutil.copy
            options = {"ignore": IGNORED} if source.is_dir() else {}
            copy(source, folder / name, **options)

    def python(self, *arguments: str) -> str:
        """Run a module of the project; returns what it printed."""
        left_out = ("SLUICE_LAKE", "SLUICE_SOURCES", "DBT_TARGET_PATH", "DBT_LOG_PATH")
        left_out += ("PYTHONDONTWRITEBYTECODE",)  # each process would compile all rooms anew
        environment = {name: text for name, text in os.environ.items() if name not in left_out}
        environment |= {"PYTHONPATH": str(self.folder)}
        if self.lake != self.folder / "lake":
            environment["SLUICE_LAKE"] = str(self.lake)
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stdout[-2000:], done.stderr[-2000:])
        return done.stdout

    def count(self) -> list[dict[str, int]]:
        """Ask the release."""
        query = "select count(*) as n, count(distinct cycle_id) as cycles from telemetry.cycles"
        found: list[dict[str, int]] = json.loads(
            self.python("python_models.release.sql", "-q", query, "-f", "json")
        )
        return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("odd")


def outside(place: Path, inside: set[str]) -> set[str]:
    """Return what lies in a folder beside what may."""
    return {path.name for path in place.iterdir()} - inside


def test_everything_works_in_a_folder_of_any_name_and_stays_there(place: Path) -> None:
    project = Project(place / ODD)
    before = {path.name for path in project.folder.iterdir()}
    project.python("ingestion.telemetry.simulator", *SMALL)
    project.python("ingestion", "telemetry")
    project.python("python_models.runs.run", "--build-only", *SELECTED)
    counted = project.count()
    assert counted[0]["n"] == counted[0]["cycles"] > 10
    with duckdb.connect(str(project.lake / "latest.duckdb"), read_only=True) as connection:
        rows = connection.execute("select count(*) from telemetry.readings").fetchone()
    assert rows
    assert rows[0] > 1000
    project.python("python_models.runs", "docs")
    assert (project.lake / "docs" / "index.html").stat().st_size > 1e6
    health = json.loads(project.python("python_models.runs", "doctor", "--json"))
    assert [one for one in health if not one["is_good"]] == []
    assert f"cd '{str(project.folder)[:5]}" in project.python("python_models.runs", "schedule")
    written = {path.name for path in project.folder.iterdir()} - before
    assert written <= {"lake", "logs"}
    assert outside(place, {ODD}) == set()

    # a lake of that kind, moved there from a lake of that kind; and to a plain folder
    for name in ("moved ü [b]*#1", "plain"):
        moved = place / name
        shutil.copytree(project.lake, moved, symlinks=True)
        shutil.rmtree(project.lake)
        project.lake = moved
        project.python("python_models.runs", "relocate")
        assert project.count() == counted
        project.python("python_models.runs.run", "--build-only", *SELECTED)
        assert project.count() == counted
        assert json.loads(project.python("python_models.runs", "doctor", "--json"))
        assert outside(place, {ODD, name}) == set()
