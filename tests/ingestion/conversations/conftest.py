"""Fixtures of the landing of conversations."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingestion.conversations.chats import Chats


@pytest.fixture
def chats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Chats:
    """An empty folder of chats and an empty lake."""
    monkeypatch.setenv("SLUICE_SOURCES", "")
    monkeypatch.setenv("DLT_DATA_DIR", "")
    for name in ("SLUICE_MODE", "SLUICE_LANDING_WORKERS"):
        monkeypatch.delenv(name, raising=False)
    return Chats(tmp_path / "chats")
