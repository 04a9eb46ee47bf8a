"""What the image and `compose.yml` consist of, as processes: no container engine is needed."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
import yaml

from ingestion.lakehouse.catalog import catalog_properties
from ingestion.lakehouse.settings import PROJECT_ROOT, Settings, reset_settings, settings

DOCKERFILE = (PROJECT_ROOT / "Dockerfile").read_text()


COMPOSE = yaml.safe_load((PROJECT_ROOT / "compose.yml").read_text())
CHECKS = {
    "page": json.loads(re.search(r"HEALTHCHECK .*CMD (\[.*\])", DOCKERFILE)[1]),
    "api": COMPOSE["services"]["api"]["healthcheck"]["test"][1:],
}


@contextmanager
def serving(service: str, module: str) -> Iterator[int]:
    """The command of a service as a process, on every address of this machine; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    name = "SLUICE_API" if service == "api" else "SLUICE_SERVE"
    around = {f"{name}_ADDRESS": "0.0.0.0", f"{name}_PORT": str(port)}
    around["SLUICE_SERVE_HOSTS"] = "sluice.example.com"
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", module], cwd=PROJECT_ROOT, env=os.environ | around
    )
    try:
        deadline = time.monotonic() + 120
        while healthy(service, around) and time.monotonic() < deadline:
            assert server.poll() is None, "the server ended"
            time.sleep(0.5)
        listening = Path("/proc/net/tcp").read_text()
        assert f"00000000:{port:04X}" in listening  # 0.0.0.0, as the setting says
        assert healthy(service, around) == 0
        yield port
    finally:
        server.terminate()
        server.wait()


def healthy(service: str, around: dict[str, str]) -> int:
    """Run the health check of a service; returns its exit code."""
    command = [sys.executable, *CHECKS[service][1:]]
    return subprocess.run(
        command, cwd=PROJECT_ROOT, env=os.environ | around, capture_output=True, check=False
    ).returncode


def test_the_image_serves_and_its_health_check_knows() -> None:
    with (
        serving("page", "dashboards.serve") as port,
        urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer,
    ):
        assert b"<title>" in answer.read()


def test_the_api_serves_and_its_health_check_knows() -> None:
    with (
        serving("api", "dashboards.api") as port,
        urlopen(f"http://127.0.0.1:{port}/api/v1/docs", timeout=20) as answer,
    ):
        assert b"<title>" in answer.read()


@pytest.mark.parametrize("service", list(CHECKS))
def test_the_health_check_fails_when_nothing_serves(service: str) -> None:
    assert healthy(service, {"SLUICE_SERVE_PORT": "9", "SLUICE_API_PORT": "9"}) == 1


def test_the_image_runs_targets_that_the_makefile_has_and_no_root() -> None:
    command = json.loads(re.search(r"^CMD (.*)$", DOCKERFILE, re.M)[1])
    assert command == ["make", "serve"]
    assert COMPOSE["services"]["api"]["command"] == ["make", "api"]
    makefile = (PROJECT_ROOT / "Makefile").read_text()
    assert re.search(r"^serve: .*\n\t@exec \$\(PY\) -m dashboards.serve ", makefile, re.M)
    assert re.search(r"^api: .*\n\t@.* \$\(PY\) -W ignore -m dashboards.api$", makefile, re.M)
    assert re.search(r"^USER (?!root)", DOCKERFILE, re.M)


@pytest.mark.parametrize("service", ["page", "api", "nightly"])
def test_the_settings_of_compose_are_settings(
    service: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given = COMPOSE["services"][service]["environment"]
    assert not set(given) - {name.upper() for name in Settings.model_fields}
    for name, value in given.items():
        monkeypatch.setenv(name, re.sub(r"\$\{\w+(:[?-][^}]*)?\}", "a-password", str(value)))
    monkeypatch.setenv("SLUICE_LAKE", str(tmp_path))
    reset_settings()
    assert settings().sluice_warehouse == "s3://sluice/warehouse"
    properties = catalog_properties()
    assert properties["uri"] == ("postgresql+psycopg2://sluice:a-password@catalog:5432/catalog")
    assert properties["s3.endpoint"] == "http://store:9000"
    assert set(COMPOSE["services"][service]["depends_on"]) <= set(COMPOSE["services"])
