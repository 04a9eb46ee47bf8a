"""Functions of a study's author: where they lie in a test, and how long they may take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ingestion.experiments import own_code
from ingestion.lakehouse.bounded import BoundedProcess
from ingestion.lakehouse.settings import settings


@contextmanager
def functions_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let studies name the functions of a folder."""
    monkeypatch.setenv("SLUICE_FUNCTIONS", str(folder))
    settings.cache_clear()
    own_code.function_hash.cache_clear()
    yield
    monkeypatch.delenv("SLUICE_FUNCTIONS")
    settings.cache_clear()
    own_code.function_hash.cache_clear()


@contextmanager
def two_seconds() -> Iterator[None]:
    """Let authors' code take two seconds."""
    usual, own_code._process = own_code._process, BoundedProcess(2.0)
    yield
    own_code._process.stop()
    own_code._process = usual
