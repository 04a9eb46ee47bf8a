"""Fixtures of news' landing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ingestion.landing.web.local_web import LocalWeb
from tests.ingestion.news.newsroom import Newsroom

VARIABLES = ("RUN", "AS_OF", "REPORT", "SINCE", "FEEDBACK", "REPLAY", "DATA")


@pytest.fixture
def newsroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newsroom]:
    """Hosts of this machine and an empty lake."""
    for name in VARIABLES:  # what a test sets is taken back after it
        monkeypatch.setenv(f"SLUICE_NEWS_{name}", "")
    for name in ("SLUICE_SOURCES", "SLUICE_CONTACT", "SLUICE_RUN_ID"):
        monkeypatch.setenv(name, "")
    with LocalWeb() as web:
        yield Newsroom(tmp_path, web)
