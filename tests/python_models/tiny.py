"""dbt builds of the tiny project: two marts, two gates and a release, in seconds."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.runs import dbt_command
from tests import parsed_once
from tests.forked import Forked


@dataclass
class Tiny:
    """The tiny project with things and folders of its own."""

    folder: Path
    project: ClassVar[Path] = Path(__file__).parent / "tiny_project"

    @property
    def things(self) -> Path:
        """The file its source is."""
        return self.folder / "things.csv"

    def write_things(self, days: int = 3, value: int = 1) -> None:
        """Write a file of some things a day."""
        lines = [
            f"{day * 4 + number},{value},2026-01-{day + 1:02d}"
            for day in range(days)
            for number in range(4)
        ]
        self.things.write_text("\n".join(["thing_id,value,thing_date", *lines]) + "\n")

    def environment(self) -> dict[str, str]:
        """Return what its dbt commands need to find their files."""
        return {
            "TINY_THINGS": str(self.things),
            "PYTHONPATH": str(PROJECT_ROOT),  # its models use what lies beside this file
            "DBT_PROFILES_DIR": str(PROJECT_ROOT / "dbt_project"),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "DBT_LOG_LEVEL_FILE": "info",
        }

    def lend_parse(self) -> None:
        """Spare its first dbt command the parsing of the project."""
        parsed_once.lend(self.folder / "target", self.environment(), self.project)

    def start(self, *arguments: str, **more: str) -> Forked:
        """Start a dbt command."""
        environment = os.environ | self.environment() | more
        return Forked(arguments, dbt_command.DBT_FOLDER, environment)

    def dbt(self, *arguments: str, **more: str) -> tuple[int, str]:
        """Run a dbt command; returns its exit code and what it said."""
        process = self.start(*arguments, **more)
        said, _ = process.communicate()
        return process.wait(), said
