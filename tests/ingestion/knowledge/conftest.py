"""Fixtures of knowledge's landing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingestion.knowledge.corpus import Corpus


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    """Exports of the test's own and an empty lake."""
    for name in ("SLUICE_SOURCES", "SLUICE_KNOWLEDGE_SYNC"):
        monkeypatch.setenv(name, "")
    # the demo is declared with the project; it is not what is tested here
    monkeypatch.setattr("ingestion.landing.declarations.Grammar.shipped", tmp_path, raising=False)
    return Corpus(tmp_path)
