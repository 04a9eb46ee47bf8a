"""The API over a synthetic release, and clients with keys."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from dashboards.api.app import create_app
from dashboards.api.audit import PREFIX
from dashboards.api.keys import make_key
from ingestion.lakehouse.settings import PROJECT_ROOT, reset_settings
from ingestion.lakehouse.tiers import TIERS

Ask = Callable[..., TestClient]


@pytest.fixture
def client(released: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Return a function that gives a client with a key of these scopes, tiers and limits."""
    opened: list[TestClient] = []

    def made(
        scopes: str = "read", tiers: tuple[str, ...] = TIERS, key: str | None = "", **settings: str
    ) -> TestClient:
        for name, value in settings.items():
            monkeypatch.setenv(name.upper(), value)
        reset_settings()
        headers = {}
        if key is not None:
            given = key or make_key("test", scopes.split(","), list(tiers), 1)
            headers["Authorization"] = f"Bearer {given}"
        one = TestClient(
            create_app(), base_url=f"http://testserver{PREFIX}/", headers=headers,
            raise_server_exceptions=False,
        )  # fmt: skip
        opened.append(one.__enter__())
        return one

    yield made
    for one in opened:
        one.__exit__(None, None, None)


def over(one: TestClient, job_id: str) -> dict[str, Any]:
    """Return a job when it has ended."""
    deadline = time.monotonic() + 60
    while True:
        found: dict[str, Any] = one.get(f"pipeline/status/{job_id}").json()["job"]
        if found["state"] not in ("queued", "running"):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


@dataclass
class Server:
    """The API as a process of its own, which can be killed and started again."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PREFIX}"

    def start(self, **settings: str) -> None:
        more = {name.upper(): value for name, value in settings.items()}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "dashboards.api"],
            cwd=PROJECT_ROOT,
            env=os.environ | {"SLUICE_API_PORT": str(self.port)} | more,
        )
        for _ in range(600):
            try:
                httpx2.get(f"{self.url}/system/health")
            except httpx2.TransportError:
                assert self.process.poll() is None, "the server has ended"
                time.sleep(0.1)
            else:
                return
        raise AssertionError("the server never answered")

    def kill(self) -> None:
        assert self.process is not None and self.process.poll() is None
        self.process.kill()
        assert self.process.wait() == -signal.SIGKILL

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)


@pytest.fixture
def server(released: Path) -> Iterator[Server]:
    """Return a server that a test starts; it ends with the test."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        made = Server(one.getsockname()[1])
    yield made
    made.stop()
