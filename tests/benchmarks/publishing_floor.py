"""The floor of publishing: DuckDB copies each released table to one Parquet file, nothing else.

`python -m tests.benchmarks.publishing_floor <dbt target folder> <output folder>`; prints JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.sql_text import literal
from python_models.release.mart_parts import mart_of

PRODUCT = "telemetry"


def publish(target: Path, out: Path) -> dict[str, float]:
    """Copy the product's released tables; return seconds, CPU seconds, rows and bytes."""
    nodes = json.loads((target / "manifest.json").read_text())["nodes"].values()
    released = [
        mart_of(node)
        for node in nodes
        if node["schema"] == PRODUCT and (node["config"].get("meta") or {}).get("release")
    ]
    out.mkdir(parents=True, exist_ok=True)
    seconds, cpu_s, rows = 0.0, 0.0, 0
    with connect_duckdb(
        lake().build_db,
        read_only=True,
        config={
            "threads": str(settings().sluice_threads),
            "memory_limit": settings().sluice_memory_limit,
            "temp_directory": str(out / "spill"),
        },
    ) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for mart in released:
            file = literal(str(out / f"{mart.name}.parquet"))
            began, cpu_began = time.monotonic(), time.process_time()
            (copied,) = connection.execute(
                f"copy (from {mart.relation}) to {file} (format parquet, compression zstd)"
            ).fetchall()[0]
            seconds, rows = seconds + time.monotonic() - began, rows + copied
            cpu_s += time.process_time() - cpu_began
    written = sum(path.stat().st_size for path in out.glob("*.parquet"))
    return {"seconds": seconds, "cpu_s": cpu_s, "rows": rows, "bytes": written}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(publish(Path(sys.argv[1]), Path(sys.argv[2]))))
