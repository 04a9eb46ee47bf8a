"""A server of the tests' own, which steps of knowledge ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingestion.lakehouse.settings import reset_settings
from python_models.llm.asking.runtime import close_runtime
from tests.python_models.llm.server import Server


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Ask a server on this machine, under a name that is always the same, which costs nothing."""
    found = Server()
    monkeypatch.setenv("LLM_BASE_URL", found.url)
    monkeypatch.setenv("LLM_ENDPOINT_NAME", "test-server")
    monkeypatch.setenv("LLM_PRICE_INPUT_USD_PER_MILLION", "0")
    monkeypatch.setenv("LLM_PRICE_OUTPUT_USD_PER_MILLION", "0")
    reset_settings()
    yield found
    close_runtime()
    found.stop()
