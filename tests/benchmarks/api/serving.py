"""A server of the API as a process of its own, over a lake with a synthetic release."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from dashboards.api.audit import PREFIX
from ingestion.lakehouse.settings import PROJECT_ROOT

UNLIMITED = "1000000000/second"


@dataclass(frozen=True)
class Served:
    """A server that answers: where, and which process."""

    url: str
    pid: int

    def memory_mb(self) -> float:
        """Return the most memory the process has held since the peak was last forgotten."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))

    def forget_peak(self) -> float:
        """Begin to measure memory anew; returns what is held now, in MB."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")
        return self.memory_mb()


@contextmanager
def served() -> Iterator[Served]:
    """Serve the lake in force, without limits for keys."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    limits = {f"SLUICE_API_LIMIT_{name}": UNLIMITED for name in ("READS", "VALIDATIONS", "EXPORTS")}
    more = limits | {"SLUICE_API_PORT": str(port), "SLUICE_UPLOAD_QUOTA_MB": "4096"}
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "dashboards.api"], cwd=PROJECT_ROOT,
        env=os.environ | more, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}{PREFIX}"
        deadline = time.monotonic() + 120
        while True:
            try:
                httpx2.get(f"{url}/system/health")
                break
            except httpx2.TransportError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the server never answered") from None
                time.sleep(0.1)
        yield Served(url, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)
