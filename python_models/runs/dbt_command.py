"""How this product calls dbt: in the project folder, with what `.env` says in its environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ingestion.lakehouse.settings import PROJECT_ROOT, settings

DBT_FOLDER = PROJECT_ROOT / "dbt_project"


def dbt(arguments: Sequence[str], extra: Mapping[str, str] | None = None) -> int:
    """Run a dbt command as a process of its own and return its exit code.

    A process of its own: what dbt keeps in memory is given back, and ending it ends the build
    without the caller.
    """
    command = [sys.executable, "-m", "python_models.runs.dbt_main", *arguments]
    return subprocess.run(command, cwd=DBT_FOLDER, env=environment(extra), check=False).returncode


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for dbt, in which `.env` counts: dbt itself does not read it."""
    known = settings()
    return {
        **os.environ,
        "SLUICE_LAKE": str(known.sluice_lake),
        "SLUICE_THREADS": str(known.sluice_threads),
        "SLUICE_MEMORY_LIMIT": known.sluice_memory_limit,
        "DO_NOT_TRACK": "1",
        **(extra or {}),
    }


def target_folder() -> Path:
    """Return the folder dbt writes its artifacts to."""
    return DBT_FOLDER / os.environ.get("DBT_TARGET_PATH", "target")


def variables_argument(variables: Mapping[str, str | None]) -> list[str]:
    """Return the `--vars` option for the values that are given."""
    given = {name: value for name, value in variables.items() if value}
    return ["--vars", json.dumps(given)] if given else []
