"""The dashboards served for real, and a headless Chromium to look at them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from ingestion.lakehouse.settings import PROJECT_ROOT
from tests.dashboards.synthetic import write_release

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_SECONDS = 60
EMPTY_PAGE = "my-nothing"


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a lake with the synthetic release; gives the address."""
    lake = tmp_path_factory.mktemp("served")
    write_release(lake / "releases" / "r000007.duckdb")
    (lake / "latest.duckdb").symlink_to(Path("releases") / "r000007.duckdb")
    page = "<title>page</title><script>document.title = 'script ran'</script>"
    for folder in (lake / "docs", lake / "docs" / "gates"):
        folder.mkdir()
        (folder / "index.html").write_text(page)
    (lake / "own").mkdir()
    (lake / "own" / "nothing.md").write_text("# Nothing\n\nOne line.\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "dashboards/app.py"]
    with (lake / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, f"--server.port={port}"],
            cwd=PROJECT_ROOT,
            env=os.environ | {"SLUICE_LAKE": str(lake), "SLUICE_PAGES": str(lake / "own")},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Start the machine's own Chromium; none is downloaded.

    It is closed with the last test here: while it is open its event loop counts as running,
    and no other test could start one.
    """
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended"
        try:
            with urlopen(f"{address}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError("the server did not start")
