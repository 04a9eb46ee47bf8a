"""How this product calls dbt: in the project folder, with what `.env` says in its environment."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence

from ingestion.lakehouse.dbt_environment import DBT_FOLDER, environment


def dbt(arguments: Sequence[str], extra: Mapping[str, str] | None = None) -> int:
    """Run a dbt command as a process of its own and return its exit code.

    A process of its own: what dbt keeps in memory is given back, and ending it ends the build
    without the caller.
    """
    command = [sys.executable, "-m", "python_models.runs.dbt_main", *arguments]
    return subprocess.run(command, cwd=DBT_FOLDER, env=environment(extra), check=False).returncode


def variables_argument(variables: Mapping[str, str | None]) -> list[str]:
    """Return the `--vars` option for the values that are given."""
    given = {name: value for name, value in variables.items() if value}
    return ["--vars", json.dumps(given)] if given else []
