from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingestion.lakehouse.settings import reset_settings
from python_models.runs import dbt_command
from tests.python_models.phased import SECOND, Phased
from tests.python_models.tiny import Tiny


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """The tiny project, which the commands under test take for the project."""
    project = Tiny(tmp_path)
    monkeypatch.setattr(dbt_command, "DBT_FOLDER", project.project)
    for name, value in project.environment().items():
        monkeypatch.setenv(name, value)
    project.write_things()
    project.lend_parse()
    return project


@pytest.fixture
def phased(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Phased:
    """The phased project, which the commands under test take for the project."""
    project = Phased(tmp_path)
    monkeypatch.setattr(dbt_command, "DBT_FOLDER", project.project)
    for name, value in project.environment().items():
        monkeypatch.setenv(name, value)
    project.lend_parse()
    return project


class Ran:
    """The phased project as its first two runs leave it, which are built once for all tests.

    What lies in a lake names its folder, so that each test gets its copy at the same place.
    """

    def __init__(self, folder: Path) -> None:
        self.project, self._folder = folder / "project", folder

    def _kept(self, runs: int) -> Path:
        return self._folder / f"after_{runs}"

    def after(self, runs: int) -> Phased:
        """Return the project after this many runs, none to two."""
        phased = Phased(self.project)
        shutil.rmtree(self.project, ignore_errors=True)
        if not runs:
            self.project.mkdir()
            phased.lend_parse()
        elif self._kept(runs).exists():
            shutil.copytree(self._kept(runs), self.project, symlinks=True)
        else:
            self.after(runs - 1)
            phased.run(f"r{runs}", None if runs == 1 else SECOND)
            shutil.copytree(self.project, self._kept(runs), symlinks=True)
        return phased


@pytest.fixture(scope="session")
def _ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return Ran(tmp_path_factory.mktemp("phased"))


@pytest.fixture
def ran(_ran: Ran, monkeypatch: pytest.MonkeyPatch) -> Ran:
    """The phased project after its first runs, which the commands under test take for theirs."""
    monkeypatch.setattr(dbt_command, "DBT_FOLDER", Phased.project)
    for name, value in Phased(_ran.project).environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SLUICE_LAKE", str(_ran.project / "lake"))
    reset_settings()
    return _ran
