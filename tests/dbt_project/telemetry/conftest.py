"""A project of the models alone, parsed once, and a lake of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.lakehouse.settings import reset_settings
from tests.dbt_project.telemetry.models_project import Models


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """The models' project; the lake it runs over is the one in the environment."""
    return Models(tmp_path_factory.mktemp("models"))


@pytest.fixture
def lake_folder(tmp_path: Path) -> Path:
    """Where the lake of this test lies."""
    return tmp_path / "lake"


@pytest.fixture
def lake_of_models(models: Models, lake_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Models:
    """The models over an empty lake of this test."""
    monkeypatch.setenv("SLUICE_LAKE", str(lake_folder))
    lake_folder.mkdir(exist_ok=True)
    reset_settings()
    return models
