"""A project and a lake in folders with all that a path may hold: they work, and stay inside.

The builds are its own: no lake that others share lies in such a folder.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from tests.project_copy import ProjectCopy

ODD = "räl 'x' #1 %20"
SMALL = ("--controls", "1", "--days", "3", "--hz", "0.02")
SELECTED = ("--select", "telemetry", "--exclude-resource-type", "unit_test", "test", "--quiet")
COUNT = "select count(*) as n, count(distinct cycle_id) as cycles from telemetry.cycles"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("odd")


def outside(place: Path, inside: set[str]) -> set[str]:
    """Return what lies in a folder beside what may."""
    return {path.name for path in place.iterdir()} - inside


def test_everything_works_in_a_folder_of_any_name_and_stays_there(place: Path) -> None:
    project = ProjectCopy(place / ODD)
    project.lend_parse()
    before = {path.name for path in project.folder.iterdir()}
    project.python("ingestion.telemetry.simulator", *SMALL)
    project.python("ingestion", "telemetry")
    project.python("python_models.runs.run", "--build-only", *SELECTED)
    counted = project.ask(COUNT)
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

    # a lake of that kind, moved to one of that kind, which is built in, and to a plain folder
    for name in ("moved ü [b]*#1", "plain"):
        moved = place / name
        shutil.copytree(project.lake, moved, symlinks=True)
        shutil.rmtree(project.lake)
        project.lake = moved
        project.python("python_models.runs", "relocate")
        assert project.ask(COUNT) == counted
        if name != "plain":
            project.python("python_models.runs.run", "--build-only", *SELECTED)
            assert project.ask(COUNT) == counted
        assert json.loads(project.python("python_models.runs", "doctor", "--json"))
        assert outside(place, {ODD, name}) == set()
