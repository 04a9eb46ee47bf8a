"""The project's graph, parsed once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conventions.project import DBT, Project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Parse the project as `dbt parse` does; nothing is connected to."""
    folder = tmp_path_factory.mktemp("conventions")
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
    return Project(json.loads((folder / "target" / "manifest.json").read_text()))


_STRICT = '{"error": ["Deprecations"], "silence": []}'
