"""One lake of a given size: simulate, land, build, add a day, and do it all once more."""

from __future__ import annotations

import json
import math
import os
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from ingestion.lakehouse.dbt_environment import DBT
from tests.benchmarks.measure import Measured, measured

ROOT = Path(__file__).resolve().parents[2]
HISTORY_DAYS = 30
# settings and keys of whoever measures, and what makes Python compile at every start
_PRIVATE = ("LLM_", "SLUICE_", "DBT_", "AWS_", "OPENAI_", "PYTHONDONTWRITEBYTECODE")


@dataclass(frozen=True)
class Bench:
    """A folder with a lake of its own, and the plant that fills it."""

    folder: Path
    controls: int
    hz: float
    seed: int = 7
    fault_scale: float = 1.0
    threads: int = 2
    memory_limit: str = "3GB"

    @classmethod
    def of_size(cls, folder: Path, million_readings: float) -> Bench:
        """Return a plant that gives so many readings in thirty days: more machines, read faster."""
        controls = max(6, round(12 * math.sqrt(million_readings)))
        seconds = HISTORY_DAYS * 86_400
        return cls(folder, controls, million_readings * 1e6 / (controls * seconds))

    @property
    def lake(self) -> Path:
        """Everything the measured commands write."""
        return self.folder / "lake"

    @property
    def files(self) -> Path:
        """The simulated raw files."""
        return self.lake / "demo" / "telemetry"

    @property
    def build_db(self) -> Path:
        """The build database, once there is one."""
        return self.lake / "build.duckdb"

    @property
    def target(self) -> Path:
        """dbt's artefacts."""
        return self.folder / "target"

    def env(self) -> dict[str, str]:
        """Return the environment of measured commands: default settings, no key, this lake."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_PRIVATE)}
        return kept | {
            "SLUICE_LAKE": str(self.lake),
            "SLUICE_THREADS": str(self.threads),
            "SLUICE_MEMORY_LIMIT": self.memory_limit,
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "DBT_LOG_LEVEL_FILE": "info",  # as `make` has it
            "PYTHONPATH": str(ROOT),
        }

    def python(self, *arguments: str) -> Measured:
        """Measure a Python command in the project."""
        return measured([sys.executable, *arguments], self.env(), ROOT)

    def simulate(self, days: int) -> Measured:
        """Write the raw files of the first `days` days."""
        return self.python(
            "-m", "ingestion.telemetry.simulator",
            "--controls", str(self.controls), "--hz", repr(self.hz), "--days", str(days),
            "--seed", str(self.seed), "--fault-scale", repr(self.fault_scale),
            "--out", str(self.files),
        )  # fmt: skip

    def land(self) -> Measured:
        """Land what is new."""
        return self.python("-m", "ingestion", "telemetry")

    def dbt(self, *arguments: str) -> Measured:
        """Measure dbt as `make` calls it; one node at a time, so that its seconds are its own."""
        threads = [] if arguments[0] == "ls" else ["--threads", "1"]
        return measured([*DBT, *arguments, *threads], self.env(), ROOT / "dbt_project")

    def landed_rows(self) -> int:
        """Return how many raw rows the lake has taken in, rejects included."""
        query = (
            "from ingestion.lakehouse.catalog import metadata_locations;"
            "from ingestion.lakehouse.extensions import connect_duckdb;"
            "c = connect_duckdb();"
            "at = metadata_locations('raw_telemetry')['files'];"
            "print(c.execute(f\"select sum(rows_in) from iceberg_scan('{at}')\").fetchone()[0])"
        )
        return int(self.python("-c", query).output.split()[-1])


def node_seconds(target: Path) -> dict[str, dict[str, float]]:
    """Return {group: {node: seconds}} of dbt's last run.

    Groups: sql (models of the domain), gate, llm, release, other (ledger, operation), test, seed.
    """
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    results = json.loads((target / "run_results.json").read_text())["results"]
    groups: dict[str, dict[str, float]] = defaultdict(dict)
    for result in results:
        node = nodes.get(result["unique_id"], {"resource_type": "unit_test"})
        groups[_group(node)][result["unique_id"]] = result["execution_time"]
    return groups


def _group(node: dict) -> str:
    if node["resource_type"] != "model":
        return "seed" if node["resource_type"] == "seed" else "test"
    if node["language"] == "python":
        prefix = node["name"].split("_")[0]
        return prefix if prefix in ("gate", "llm", "release") else "other"
    return "sql" if "telemetry" in node["fqn"] else "other"
