"""A server in a process of its own, settings that point at it, and the journal as rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pytest

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import reset_settings
from python_models.llm import Step, run_step
from python_models.llm.asking.rows import Rows as StepRows
from python_models.llm.asking.runtime import close_runtime
from python_models.llm.features import settled
from tests.python_models.llm.server import Server
from tests.python_models.llm.settling import NODE, nothing_stands

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


@pytest.fixture
def few(monkeypatch) -> None:
    """Let outcomes of a few rows stand too."""
    monkeypatch.setattr(settled, "FEW", 1)


@pytest.fixture
def gone_through(monkeypatch) -> list[int]:
    """Return a list that each run of a step adds the rows to that it goes through."""
    counts: list[int] = []
    prepare = StepRows.prepare

    def counted(self: StepRows) -> None:
        counts.append(self.table.num_rows)
        prepare(self)

    monkeypatch.setattr(StepRows, "prepare", counted)
    return counts


@pytest.fixture
def whole(monkeypatch):
    """Return a function that goes through all rows of a step, whatever stands."""

    def run(table: pa.Table, step: Step) -> pa.Table:
        with monkeypatch.context() as patched:
            patched.setattr("python_models.llm.run.settled", nothing_stands)
            return run_step(None, table, step, NODE)

    return run
