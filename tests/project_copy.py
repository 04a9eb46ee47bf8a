"""A copy of the project in a folder of its own, run as a person runs it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.settings import PROJECT_ROOT
from tests import parsed_once

ROOMS = ("dbt_project", "python_models", "ingestion", "expectations", "dashboards")
FILES = ("pyproject.toml", ".dlt", ".streamlit", "requirements.lock", "Makefile", ".env.example")
IGNORED = shutil.ignore_patterns("target", "logs", "__pycache__", "*.egg-info", "lake")
# what decides elsewhere how a process of this project works
LEFT_OUT = ("SLUICE_LAKE", "SLUICE_SOURCES", "DBT_TARGET_PATH", "DBT_LOG_PATH", "DLT_DATA_DIR")


def top_level() -> list[str]:
    """Return what else of the project lies at its top: what its own conventions look at."""
    known = {*ROOMS, *FILES, ".git", ".venv", ".hypothesis", "lake", "out", "logs"}
    return [
        path.name
        for path in PROJECT_ROOT.iterdir()
        if path.name not in known and not path.name.endswith((".egg-info", "_cache"))
    ]


class ProjectCopy:
    """The project in `folder`, with a lake of its own."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.folder, self.lake = folder, folder / "lake"
        folder.mkdir(parents=True)
        for name in (*ROOMS, *FILES, *more):
            source = PROJECT_ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=IGNORED)
            elif source.exists():
                shutil.copy(source, folder / name)

    def lend_parse(self) -> None:
        """Spare its first dbt command the parsing of a project that is this one to the byte."""
        parsed_once.lend(self.folder / "dbt_project" / "target", {})

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of the copy's processes."""
        found = {name: text for name, text in os.environ.items() if name not in LEFT_OUT}
        found |= {"PYTHONPATH": str(self.folder)}
        found.pop("PYTHONDONTWRITEBYTECODE", None)  # each process would compile all rooms anew
        if self.lake != self.folder / "lake":
            found["SLUICE_LAKE"] = str(self.lake)
        return found | more

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a module of the copy; `more` are variables of its environment."""
        return subprocess.run(
            [sys.executable, "-W", "ignore", "-m", *arguments],
            cwd=self.folder,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            check=False,
        )

    def python(self, *arguments: str, **more: str) -> str:
        """Run a module that has to succeed; returns what it printed."""
        done = self.run(*arguments, **more)
        assert done.returncode == 0, (arguments, done.stdout[-3000:], done.stderr[-3000:])
        return done.stdout

    def ask(self, query: str) -> list[dict[str, Any]]:
        """Ask the release that readers see."""
        with connect_duckdb(self.lake / "latest.duckdb", read_only=True) as connection:
            found: list[dict[str, Any]] = connection.sql(query).to_arrow_table().to_pylist()
        return found

    def contents(self) -> dict[str, str]:
        """Return {path: hash} of the copy's own files."""
        return {
            str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for name in (*ROOMS, *FILES, "tests", "docs")
            for path in sorted([self.folder / name, *(self.folder / name).rglob("*")])
            if path.is_file() and not {"target", "logs", "__pycache__"} & set(path.parts)
        }
