"""Land into a lake of the test's own and look into it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ingestion.__main__ import main
from ingestion.lakehouse.catalog import metadata_locations
from tests.ingestion.landing_apart import land_apart
from tests.ingestion.raw_rows import raw_rows

PLANT = """
source: plant
kind: cycles
files: {{paths: "{folder}/**/*"}}
columns:
  control_id: {{column: machine}}
  reading_at: {{column: time}}
  power: {{column: power, unit: W}}
"""
HEAD = "machine,time,power\n"


def csv(start: int, count: int, machine: str = "a") -> str:
    """Return a clean file of readings, one a second from `start` seconds into 2024."""
    lines = (
        f"{machine},2024-01-{1 + second // 86400:02} {second // 3600 % 24:02}:"
        f"{second // 60 % 60:02}:{second % 60:02},{second}"
        for second in range(start, start + count)
    )
    return HEAD + "\n".join(lines) + "\n"


class Plant:
    """A folder of deliveries, its declaration, and the lake they land in."""

    def __init__(self, root: Path, declaration: str = PLANT) -> None:
        self.folder = root / "deliveries"
        self.folder.mkdir(parents=True)
        self.lake = Path(os.environ["SLUICE_LAKE"])
        sources = root / "sources"
        sources.mkdir()
        self.declaration = sources / "plant.yml"
        self.declare(declaration)
        os.environ["SLUICE_SOURCES"] = str(sources)

    def declare(self, text: str) -> None:
        self.declaration.write_text(text.format(folder=self.folder))

    def deliver(self, name: str, body: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
        return path

    def land(self, *arguments: str) -> int:
        """Land in this process; returns the exit code."""
        return main(["telemetry", "--source", "plant", *arguments])

    def land_apart(self, fault: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        """Land in a process of its own, which a fault may kill."""
        return land_apart("telemetry", "--source", "plant", FAULT=fault, **variables)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Query the raw tables as dbt sees them: their current snapshots."""
        return raw_rows("raw_telemetry", query)

    def tables(self) -> Iterable[str]:
        return metadata_locations("raw_telemetry")

    def check_books(self) -> None:
        """Every delivered row is accepted, known or refused, and each table says the same."""
        off = self.rows(
            "select * from files where rows_in <> rows_accepted + rows_duplicate + rows_rejected"
        )
        assert off == []
        accepted, rejected = self.rows(
            "select coalesce(sum(rows_accepted), 0), "
            "coalesce(sum(rows_rejected + coalesce(cells_rejected, 0)), 0) from files"
        )[0]
        tables = set(self.tables())
        landed = self.rows("select count(*) from readings")[0][0] if "readings" in tables else 0
        if "labels" in tables:  # the rows of label files
            query = "select count(*) from labels where label_level <> 'reading'"
            landed += self.rows(query)[0][0]
        refused = self.rows("select count(*) from rejects")[0][0] if "rejects" in tables else 0
        assert (landed, refused) == (accepted, rejected)
