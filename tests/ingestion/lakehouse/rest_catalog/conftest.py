"""The lake's catalog, served on a thread here, or by the process that `make catalog` starts."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pytest
import requests
import uvicorn
from pyiceberg.catalog import load_catalog
from pyiceberg.catalog.rest import RestCatalog

from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.rest_catalog.app import create_app
from ingestion.lakehouse.settings import PROJECT_ROOT, reset_settings

TOKEN = "a-token-of-the-tests"
ROWS = pa.table(
    {
        "reading_id": pa.array(range(1000), pa.int64()),
        "machine": pa.array([f"m{i % 7}" if i % 5 else None for i in range(1000)]),
        "power_w": pa.array([i / 3 for i in range(1000)], pa.float64()),
    }
)


class Served:
    """A running catalog server."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {TOKEN}"} | more.pop("headers", {})
        url = f"{self.url}/v1/{path}"
        return requests.request(method, url, headers=headers, timeout=30, **more)

    def rest(self) -> RestCatalog:
        opened = load_catalog("other", type="rest", uri=self.url, token=TOKEN)
        assert isinstance(opened, RestCatalog)
        return opened


@contextmanager
def serving(writes: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Serve the lake in force on a thread as long as the block lasts."""
    monkeypatch.setenv("SLUICE_CATALOG_SERVER_TOKEN", TOKEN)
    monkeypatch.setenv("SLUICE_CATALOG_SERVER_WRITES", writes)
    reset_settings()
    config = uvicorn.Config(create_app(), host="127.0.0.1", port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield Served(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = server.force_exit = True
        thread.join(timeout=20)
        assert not thread.is_alive()


@contextmanager
def serving_apart(**environment: str) -> Iterator[tuple[Served, subprocess.Popen[str]]]:
    """Let a process of its own serve the lake in force as long as the block lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    known = os.environ | {
        "SLUICE_CATALOG_SERVER_PORT": str(port),
        "SLUICE_CATALOG_SERVER_TOKEN": TOKEN,
        **environment,
    }
    command = [sys.executable, "-m", "ingestion.lakehouse.rest_catalog"]
    process = subprocess.Popen(
        command, env=known, cwd=PROJECT_ROOT, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    said = process.stderr.readline()
    assert said.startswith("Iceberg REST catalog"), said + process.stderr.read()
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, process.stderr.read()
                time.sleep(0.05)
        yield Served(port), process
    finally:
        process.kill()
        process.wait()


def make_table(name: str = "readings", namespace: str = "raw_plant") -> None:
    """Make a table with rows as the lake's own commands do: in its catalog."""
    own = catalog()
    own.create_namespace_if_not_exists(namespace)
    own.create_table((namespace, name), ROWS.schema).append(ROWS)
    own.close()


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A lake with one table, `raw_plant.readings`; clients may write to `scratch` and `other`."""
    make_table()
    with serving("scratch,other", monkeypatch) as server:
        yield server
