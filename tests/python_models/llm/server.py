"""The offline endpoint in a process of its own, with its faults and its counters."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Server:
    """A running server."""

    def __init__(self, **faults: Any) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/v1"
        command = [sys.executable, "-m", "python_models.llm.offline", "--port", str(self.port)]
        self._process = subprocess.Popen(
            [*command, "--faults", json.dumps(faults)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(300):
            try:
                self.counters()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the offline endpoint did not start")

    def _ask(self, path: str, body: bytes | None = None) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}{path}", data=body, timeout=10) as response:
            return json.load(response)

    def counters(self) -> dict[str, Any]:
        """Return what the server counted."""
        return self._ask("/counters")

    def show(self, **faults: Any) -> None:
        """Have the server show these faults from now on; counting starts anew."""
        self._ask("/faults", json.dumps(faults).encode())
        self._ask("/counters/reset", b"{}")

    def stop(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.wait()
