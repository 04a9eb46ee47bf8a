"""A server in a process of its own, settings that point at it, and the journal as rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import reset_settings
from python_models.llm.asking.runtime import close_runtime
from tests.python_models.llm.server import Server

Rows = list[dict[str, Any]]


@pytest.fixture(scope="session")
def shared_server() -> Iterator[Server]:
    """One server process for all tests that need no other."""
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def server(shared_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server without faults (until told otherwise), with the settings that point at it."""
    shared_server.show()
    monkeypatch.setenv("LLM_BASE_URL", shared_server.url)
    monkeypatch.setenv("LLM_ENDPOINT_NAME", "test-server")
    monkeypatch.setenv("LLM_PRICE_INPUT_USD_PER_MILLION", "0")
    monkeypatch.setenv("LLM_PRICE_OUTPUT_USD_PER_MILLION", "0")
    monkeypatch.setenv("LLM_TIMEOUT_SECONDS", "5")
    reset_settings()
    yield shared_server
    close_runtime()


@pytest.fixture(autouse=True)
def own_runtime() -> Iterator[None]:
    """Close what a test opened, so that the next one has its own lake."""
    yield
    close_runtime()


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that changes settings by name."""

    def change(**values: Any) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name.upper(), str(value))
        reset_settings()

    return change


@pytest.fixture
def journal() -> Callable[[str], Rows]:
    """Return a function that reads the journal."""

    def read(query: str) -> Rows:
        connection = sqlite3.connect(lake().journal_db)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(query)]
        finally:
            connection.close()

    return read
