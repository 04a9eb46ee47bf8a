"""A lake of its own in which a bad delivery meets its gate."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestion.lakehouse.extensions import iceberg_session
from ingestion.lakehouse.settings import Settings
from tests import parsed_once

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Plant:
    """A lake of its own, and what lands and builds one product in it."""

    folder: Path
    domain: str
    more: dict[str, str] = field(default_factory=dict)

    @property
    def lake(self) -> Path:
        return self.folder / "lake"

    def run(self, *command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        """Run a command as a user would; returns what it said."""
        known = {name.upper() for name in Settings.model_fields}
        environment = {name: value for name, value in os.environ.items() if name not in known}
        environment |= {
            "SLUICE_LAKE": str(self.lake),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "DBT_LOG_LEVEL_FILE": "info",
            **self.more,
        }
        return subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def land(self) -> None:
        done = self.run(sys.executable, "-m", "ingestion", self.domain)
        assert done.returncode == 0, done.stdout + done.stderr

    def build(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        if not (self.folder / "target").exists():
            parsed_once.lend(self.folder / "target", {"SLUICE_LAKE": str(self.lake), **self.more})
        kinds = ("--resource-type", "model", "--resource-type", "seed")
        own = () if "--select" in arguments else ("--select", self.domain, "llm", "ops")
        # so little data is built quicker by one thread than by two that wait for each other
        chosen = (*own, *kinds, *arguments, "--threads", "1")
        return self.run(*parsed_once.DBT, "build", *chosen, cwd=ROOT / "dbt_project")

    def statuses(self) -> dict[str, str]:
        """Return {node: status} of the last build."""
        results = json.loads((self.folder / "target" / "run_results.json").read_text())
        return {
            result["unique_id"].split(".")[-1]: result["status"] for result in results["results"]
        }

    def ask(self, sql: str) -> list[dict[str, Any]]:
        """Ask the release readers see."""
        with iceberg_session(self.lake / "latest.duckdb", read_only=True) as connection:
            return connection.execute(sql).to_arrow_table().to_pylist()
