"""Fixtures of the landing's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingestion.lakes import Plant


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    """A plant with an empty folder and an empty lake."""
    monkeypatch.setenv("SLUICE_SOURCES", "")
    monkeypatch.setenv("DLT_DATA_DIR", "")
    return Plant(tmp_path / "plant")
