"""`make bench-scale`: the same telemetry built on Spark and on DuckDB.

Spark is Sail on this machine, or what SLUICE_SPARK_URI and SLUICE_SPARK_JARS name. Seconds by
layer, what handing tables from one engine to the other takes of the whole, and the seconds of the
models alone, of both engines over the same landed files on the same cores.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.benchmarks.lake_bench import HISTORY_DAYS, ROOT, Bench
from tests.benchmarks.measure import measured
from tests.benchmarks.report import machine

# what names the Spark to measure, and where its pyspark is
_OF_SPARK = ("SLUICE_SPARK_URI", "SLUICE_SPARK_JARS", "PYTHONPATH")

_SQL = """
    select sum(seconds) from node_runs where run_id = ? and resource_type = 'model'
    and node not glob 'gate_*' and node not glob 'llm_*' and node not glob 'release_*'
"""


def benchmark(bench: Bench, days: int) -> dict[str, Any]:
    """Return the figures of one size; Spark comes first, on a lake no engine has built in."""
    bench.simulate(days)
    bench.land()
    figures: dict[str, Any] = {"rows": bench.landed_rows()}
    for engine in ("spark", "local"):
        command = [
            sys.executable, "-m", "python_models.runs.run",
            "--build-only", "--domain", "telemetry", "--engine", engine,
        ]  # fmt: skip
        told = {name: os.environ[name] for name in _OF_SPARK if name in os.environ}
        built = measured(command, bench.env() | told, ROOT)
        figures[engine] = built.as_row() | {"models_s": _models_seconds(bench.lake)}
    took = json.loads((bench.lake / "logs" / "layers.json").read_text())
    handing_over = took["pinning_s"] + sum(layer["handing_over_s"] for layer in took["layers"])
    share = handing_over / figures["spark"]["seconds"]
    return figures | took | {"handing_over_s": handing_over, "share": share}


def _models_seconds(lake: Path) -> float:
    with closing(sqlite3.connect(lake / "journal.db")) as journal:
        [[run_id]] = journal.execute("select run_id from runs order by rowid desc limit 1")
        [[seconds]] = journal.execute(_SQL, (run_id,))
    return float(seconds)


def report(figures: dict[str, Any]) -> str:
    """Return the figures as lines for a person."""
    spark = os.environ.get("SLUICE_SPARK_URI", "Sail")
    about = ", ".join(f"{name} {value}" for name, value in machine().items())
    lines = [
        f"{figures['rows']:,} readings, {about}",
        *(
            f"{name}: {figures[engine]['seconds']:.0f} s in all"
            f" ({figures[engine]['cpu_s']:.0f} s of CPU), models"
            f" {figures[engine]['models_s']:.0f} s, at most {figures[engine]['peak_mb']:,.0f} MB"
            for engine, name in (("local", "DuckDB"), ("spark", spark))
        ),
        *(
            f"  layer {number} on {layer['engine']}: {layer['nodes']} nodes"
            f" {layer['seconds']:.1f} s, handed over to it in {layer['handing_over_s']:.1f} s"
            for number, layer in enumerate(figures["layers"], 1)
        ),
        f"handing over, with {figures['pinning_s']:.1f} s for the names of raw tables:"
        f" {figures['share']:.1%} of the whole (to reach: 10 %)",
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make bench-scale", description=__doc__)
    parser.add_argument("--sizes", default="50", help="million readings, separated by commas")
    parser.add_argument("--days", type=int, default=HISTORY_DAYS)
    parser.add_argument("--folder", type=Path, help="where the lakes lie; default: a temporary one")
    options = parser.parse_args(arguments)
    root = options.folder or Path(tempfile.mkdtemp(prefix="sluice-scale-"))
    for size in options.sizes.split(","):
        bench = Bench.of_size(root / size, float(size))
        bench.folder.mkdir(parents=True)
        sys.stdout.write(report(benchmark(bench, options.days)) + "\n")
        sys.stdout.flush()
    if options.folder is None:
        shutil.rmtree(root)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
