from __future__ import annotations

from pathlib import Path

import pytest

from python_models.runs import dbt_command
from tests.python_models.phased import Phased
from tests.python_models.tiny import Tiny


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """The tiny project, which the commands under test take for the project."""
    monkeypatch.setattr(dbt_command, "DBT_FOLDER", Path(__file__).parent / "tiny_project")
    project = Tiny(tmp_path)
    for name, value in project.environment().items():
        monkeypatch.setenv(name, value)
    project.write_things()
    return project


@pytest.fixture
def phased(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Phased:
    """The phased project, which the commands under test take for the project."""
    monkeypatch.setattr(dbt_command, "DBT_FOLDER", Path(__file__).parent / "phased_project")
    project = Phased(tmp_path)
    for name, value in project.environment().items():
        monkeypatch.setenv(name, value)
    return project
