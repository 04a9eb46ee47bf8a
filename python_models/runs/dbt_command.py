"""How this product calls dbt: in the project folder, with what `.env` says in its environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from ingestion.lakehouse.dbt_environment import DBT_FOLDER, environment
from ingestion.lakehouse.generation import require_agreement
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.output import QUIET


def dbt(arguments: Sequence[str], extra: Mapping[str, str] | None = None) -> int:
    """Run a dbt command as a process of its own and return its exit code.

    A process of its own: what dbt keeps in memory is given back, and ending it ends the build
    without the caller. What is shown of it is a line a phase; with VERBOSE set, all that dbt says.
    """
    require_agreement(lake().root)  # before dbt writes its log into it
    command = [sys.executable, "-W", "ignore", "-m", "python_models.runs.dbt_main", *arguments]
    told = {} if os.environ.get("VERBOSE") else {"DBT_QUIET": "1", QUIET: "1"}
    known = told | environment(extra)
    return subprocess.run(command, cwd=DBT_FOLDER, env=known, check=False).returncode


def variables_argument(variables: Mapping[str, str | None]) -> list[str]:
    """Return the `--vars` option for the values that are given."""
    given = {name: value for name, value in variables.items() if value}
    return ["--vars", json.dumps(given)] if given else []
