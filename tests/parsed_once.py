"""What dbt has to parse of a project before it builds, parsed once for all tests of a session.

It takes sixteen seconds of a core for the product's project, and two for the small ones of tests;
dbt goes on from it in a folder of its own, with another lake and other variables.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from ingestion.lakehouse.dbt_environment import DBT
from ingestion.lakehouse.settings import PROJECT_ROOT
from tests.shared_by_workers import once

STORE: Path | None = None  # a folder that the workers of a session share, and no other session
_PARSED = "partial_parse.msgpack"


def lend(target: Path, environment: Mapping[str, str], project: Path | None = None) -> None:
    """Put into dbt's target folder what it would have left there after parsing.

    Args:
        target: the folder, which need not be there yet.
        environment: what dbt's commands are started with, beside this process's own.
        project: folder of the dbt project; the product's unless given.
    """
    folder = project or PROJECT_ROOT / "dbt_project"
    assert STORE is not None, "a fixture of the session names it"
    store = STORE / folder.name

    def parse(into: Path) -> None:
        paths = {"DBT_TARGET_PATH": str(into), "DBT_LOG_PATH": str(into / "logs")}
        done = subprocess.run(
            [*DBT, "parse"], cwd=folder, env=os.environ | environment | paths,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    once(store, parse)
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(store / _PARSED, target)
