"""The project's graph, parsed once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conventions.project import DBT, Project
from tests.shared_by_workers import once, shared


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Parse the project as `dbt parse` does, once for all workers; nothing is connected to."""
    folder = shared(tmp_path_factory, "conventions")
    once(folder, _parse)
    return Project(json.loads((folder / "target" / "manifest.json").read_text()))


def _parse(folder: Path) -> None:
    environment = os.environ | {
        "SLUICE_LAKE": str(folder / "lake"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    done = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), "--warn-error-options", _STRICT, "parse"],
        cwd=DBT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]


_STRICT = '{"error": ["Deprecations"], "silence": []}'
