"""The rules of validation, compiled once for all tests of all processes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from ingestion.lakehouse.settings import reset_settings
from python_models.conversations import rules


def give_rules(lake: Path, temporary: pytest.TempPathFactory) -> None:
    """Let a lake have the compiled rules, as if it had compiled them itself."""
    shared = temporary.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # of all processes of this run
    home = shared / "lake_of_rules"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLUICE_LAKE", str(home))
        reset_settings()
        rules.rules()
    reset_settings()
    shutil.copytree(home / "dbt", lake / "dbt", dirs_exist_ok=True)
