"""Every example of docs/api.md runs as it stands, against a server of its own."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.api.keys import TIERS, make_key
from ingestion.lakehouse.settings import PROJECT_ROOT

PAGE = (PROJECT_ROOT / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```(sh|python)\n(.*?)```", PAGE.partition("## Examples")[2], re.DOTALL)


@pytest.fixture
def environment(released: Path) -> Iterator[dict[str, str]]:
    """Return what the examples need: the address of a server, and a key."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "dashboards.api"],
        cwd=PROJECT_ROOT,
        env=os.environ | {"SLUICE_API_PORT": str(port)},
    )
    url = f"http://127.0.0.1:{port}/api/v1"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{url}/system/health")
                break
            except urllib.error.URLError:
                assert server.poll() is None, "the server has ended"
                time.sleep(0.1)
        yield os.environ | {"URL": url, "KEY": make_key("docs", ["read"], list(TIERS), 1)}
    finally:
        server.terminate()
        server.wait(timeout=20)


def test_the_examples_of_the_page_run_as_they_stand(environment: dict[str, str]) -> None:
    assert len(EXAMPLES) == 10
    for language, text in EXAMPLES:
        shell = ["bash", "-euo", "pipefail", "-c"] if language == "sh" else [sys.executable, "-c"]
        done = subprocess.run(
            [*shell, text], env=environment, capture_output=True, timeout=60, check=False
        )
        assert done.returncode == 0, (text, done.stdout[-500:], done.stderr[-500:])
        if "If-None-Match" in text:
            assert done.stdout == b"304\n"
