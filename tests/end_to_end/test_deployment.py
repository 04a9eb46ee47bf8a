"""What the image and `compose.yml` consist of, as processes: no container engine is needed."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
import yaml

from ingestion.lakehouse.catalog import catalog_properties
from ingestion.lakehouse.settings import PROJECT_ROOT, Settings, reset_settings, settings

DOCKERFILE = (PROJECT_ROOT / "Dockerfile").read_text()


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The image's command as a process, on every address of this machine; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("SLUICE_SERVE_ADDRESS", "0.0.0.0")
    monkeypatch.setenv("SLUICE_SERVE_PORT", str(port))
    monkeypatch.setenv("SLUICE_SERVE_HOSTS", "sluice.example.com")
    server = subprocess.Popen([sys.executable, "-m", "dashboards.serve"], cwd=PROJECT_ROOT)
    try:
        deadline = time.monotonic() + 120
        while healthy() and time.monotonic() < deadline:
            assert server.poll() is None, "the server ended"
            time.sleep(0.5)
        yield port
    finally:
        server.terminate()
        server.wait()


def healthy() -> int:
    """Run the image's health check; returns its exit code."""
    command = json.loads(re.search(r"HEALTHCHECK .*CMD (\[.*\])", DOCKERFILE)[1])
    done = subprocess.run([sys.executable, *command[1:]], cwd=PROJECT_ROOT, capture_output=True)
    return done.returncode


def test_the_image_serves_and_its_health_check_knows(serving: int) -> None:
    assert healthy() == 0
    with urlopen(f"http://127.0.0.1:{serving}/", timeout=20) as answer:
        assert b"<title>" in answer.read()
    listening = subprocess.run(["cat", "/proc/net/tcp"], capture_output=True, text=True).stdout
    assert f"00000000:{serving:04X}" in listening  # 0.0.0.0, as the setting says


def test_the_health_check_fails_when_nothing_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_SERVE_PORT", "9")
    assert healthy() == 1


def test_the_image_runs_the_target_that_the_makefile_has_and_no_root() -> None:
    command = json.loads(re.search(r"^CMD (.*)$", DOCKERFILE, re.M)[1])
    assert command == ["make", "serve"]
    makefile = (PROJECT_ROOT / "Makefile").read_text()
    assert re.search(r"^serve: .*\n\t@exec \$\(PY\) -m dashboards.serve ", makefile, re.M)
    assert re.search(r"^USER (?!root)", DOCKERFILE, re.M)


@pytest.mark.parametrize("service", ["page", "nightly"])
def test_the_settings_of_compose_are_settings(
    service: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compose = yaml.safe_load((PROJECT_ROOT / "compose.yml").read_text())
    given = compose["services"][service]["environment"]
    assert not set(given) - {name.upper() for name in Settings.model_fields}
    for name, value in given.items():
        monkeypatch.setenv(name, re.sub(r"\$\{\w+(:[?-][^}]*)?\}", "a-password", str(value)))
    monkeypatch.setenv("SLUICE_LAKE", str(tmp_path))
    reset_settings()
    assert settings().sluice_warehouse == "s3://sluice/warehouse"
    properties = catalog_properties()
    assert properties["uri"] == ("postgresql+psycopg2://sluice:a-password@catalog:5432/catalog")
    assert properties["s3.endpoint"] == "http://store:9000"
    assert set(compose["services"][service]["depends_on"]) <= set(compose["services"])
