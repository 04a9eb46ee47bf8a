"""`docs/new-llm-step.md` does what it says, with its own text, in a copy of the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

from tests.python_models.llm.server import ROOT

PAGE = ROOT / "docs" / "new-llm-step.md"
FILE = re.compile(r"Save as `([^`]+)`:\s+```\w+\n(.*?)```", re.DOTALL)
COPIED = ("dbt_project", "python_models", "ingestion", "expectations", "pyproject.toml", ".dlt")
IGNORED = shutil.ignore_patterns("target", "logs", "__pycache__")


def copy_project(folder: Path) -> Path:
    """Return a copy of what dbt needs."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=IGNORED)
        elif source.exists():
            shutil.copy(source, folder / name)
    return folder


def build(project: Path, lake: Path) -> subprocess.CompletedProcess[str]:
    """Type the page's command in the copy."""
    command = re.search(r"```sh\ndbt (.*)\n```", PAGE.read_text())[1]
    environment = os.environ | {
        "PYTHONPATH": str(project),
        "SLUICE_LAKE": str(lake),
        "DBT_TARGET_PATH": str(lake / "target"),
        "DBT_LOG_PATH": str(lake / "logs"),
    }
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "dbt.cli.main", *command.split()],
        cwd=project / "dbt_project", env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def issues(lake: Path) -> None:
    """Put a few issues where a build would have left them."""
    lake.mkdir(parents=True)
    with duckdb.connect(lake / "build.duckdb") as connection:
        connection.execute("create schema telemetry")
        connection.execute(
            "create table telemetry.issues as select 'i' || range as issue_id, "
            "'m-1' as control_id, 'over_power' as rule, 'high' as severity, "
            "900.0 + range as value, "
            "800.0 as limit_value from range(3)"
        )


def test_the_tutorial_adds_a_step_in_under_thirty_lines(tmp_path) -> None:
    files = FILE.findall(PAGE.read_text())
    assert len(files) == 3
    assert sum(len([line for line in text.splitlines() if line.strip()]) for _, text in files) < 30
    project, lake = copy_project(tmp_path / "project"), tmp_path / "lake"
    for name, text in files:
        (project / name).write_text(text)
    issues(lake)
    built = build(project, lake)
    assert built.returncode == 0, built.stdout + built.stderr
    with duckdb.connect(lake / "build.duckdb", read_only=True) as connection:
        rows = connection.execute(
            "select issue_id, sentence, is_urgent, status, provider, call_id "
            "from telemetry_intermediate.llm_telemetry__shift_notes_written order by issue_id"
        ).fetchall()
    assert [row[0] for row in rows] == ["i0", "i1", "i2"]
    assert {row[3:5] for row in rows} == {("ok", "offline-rules")}
    assert len({row[5] for row in rows}) == 3
