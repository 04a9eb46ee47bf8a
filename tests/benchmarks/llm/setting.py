"""A lake, a server and settings of its own for each measurement."""

from __future__ import annotations

import heapq
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import reset_settings
from python_models.llm.asking.runtime import close_runtime
from python_models.llm.offline.faults import Faults
from tests.python_models.llm.server import Server

DEFAULTS = {
    "LLM_ENDPOINT_NAME": "bench-server",
    "LLM_PRICE_INPUT_USD_PER_MILLION": "0",
    "LLM_PRICE_OUTPUT_USD_PER_MILLION": "0",
    "LLM_CONCURRENCY": "50",
    "LLM_MODE": "adaptive",
}


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    number: str
    measure: str
    value: str
    beside: str  # the floor, or the bare client, in the same run
    reach: str
    is_met: bool


@contextmanager
def bench(server: Server, settings: dict[str, Any] | None = None, **faults: Any) -> Iterator[Path]:
    """Give a measurement a fresh lake and a server with these faults, counting from zero."""
    server.show(**faults)
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="bench-llm-") as folder:
        values = DEFAULTS | {"LLM_BASE_URL": server.url, "SLUICE_LAKE": folder}
        os.environ.update(values | {name: str(value) for name, value in (settings or {}).items()})
        reset_settings()
        try:
            yield Path(folder)
        finally:
            close_runtime()
            os.environ.clear()
            os.environ.update(before)
            reset_settings()


def change(**settings: Any) -> None:
    """Change settings within a measurement; an empty value takes one back."""
    os.environ.update({name.upper(): str(value) for name, value in settings.items()})
    reset_settings()


def journal(query: str) -> list[tuple[Any, ...]]:
    """Read the journal of the lake in force."""
    connection = sqlite3.connect(lake().journal_db)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def drift(server: Server) -> tuple[int, int]:
    """Return (requests, tokens) by which the ledger differs from the server's own counters."""
    counted = server.counters()
    requests, tokens = journal(
        "select count(*), coalesce(sum(prompt_tokens + completion_tokens), 0) from llm_attempts"
    )[0]
    said = counted["prompt_tokens"] + counted["completion_tokens"]
    return requests - counted["requests"], tokens - said


def greedy_seconds(faults: dict[str, Any], count: int, workers: int) -> float:
    """Return how long a greedy schedule takes for the latencies the server will draw."""
    same = Faults(**faults)
    latencies = []
    for _ in range(count):
        same.draw("")
        latencies.append(same.latency())
    free = [0.0] * workers
    for latency in latencies:
        heapq.heapreplace(free, free[0] + latency)
    return max(free)
