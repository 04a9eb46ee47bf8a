"""What dbt is told when this product calls it: `.env`, and where it may write.

dbt itself reads no `.env`, and writes `target` and `logs` beside the project it builds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from ingestion.lakehouse.settings import PROJECT_ROOT, settings

DBT_FOLDER = PROJECT_ROOT / "dbt_project"
DBT = (sys.executable, "-W", "ignore", "-m", "python_models.runs.dbt_main")
DBT_WARM = (*DBT[:-1], "python_models.runs.dbt_warm")
NOT_BEGUN = 75  # what a warm dbt ends with that has not begun to build: EX_TEMPFAIL of sysexits.h
_TARGET, _LOGS = "DBT_TARGET_PATH", "DBT_LOG_PATH"


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for dbt: this process's, with the settings in force."""
    known = settings()
    return {
        **_own_folders(),
        # a line for each statement costs a sixth of a small build
        **({} if os.environ.get("VERBOSE") else {"DBT_LOG_LEVEL_FILE": "info"}),
        **os.environ,
        "SLUICE_LAKE": str(known.sluice_lake),
        "SLUICE_THREADS": str(known.sluice_threads),
        "SLUICE_MEMORY_LIMIT": known.sluice_memory_limit,
        "DO_NOT_TRACK": "1",
        **(extra or {}),
    }


def target_folder() -> Path:
    """Return the folder dbt writes its artifacts to."""
    return DBT_FOLDER / environment().get(_TARGET, "target")


def _own_folders() -> dict[str, str]:
    """Return where dbt writes: its log into the lake, and the rest too when the project's folder
    is read-only."""
    lake = settings().sluice_lake
    logs = {_LOGS: str(lake / "logs")}
    return (
        logs if os.access(DBT_FOLDER, os.W_OK) else logs | {_TARGET: str(lake / "dbt" / "target")}
    )
