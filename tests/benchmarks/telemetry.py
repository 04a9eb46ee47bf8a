"""`make bench`: landing, build and release of telemetry against their floors.

Every figure of a table comes from one run on one machine; ratios are what travels. The floor of
landing is DuckDB reading the same files and writing Parquet, the floor of a build is the same
compiled SQL run by hand.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.build_floor import CPU
from tests.benchmarks.lake_bench import HISTORY_DAYS, ROOT, Bench, node_seconds
from tests.benchmarks.measure import CommandFailed, Measured
from tests.benchmarks.report import machine, markdown

# as `make run DOMAIN=telemetry` does; the others have nothing to build
PRODUCT = ("--select", "telemetry", "--exclude-resource-type", "unit_test")
RESULTS = ROOT / "benchmarks" / "results"


def benchmark(bench: Bench, days: int = HISTORY_DAYS) -> dict:
    """Return every figure of one size."""
    fixed = fixed_costs(Bench(bench.folder / "empty", 1, 1.0))
    simulated = bench.simulate(days)
    landing = landing_measured(bench, fixed["landing_without_files_s"])
    # once a project, beside what lands first: `make run` has done it when its build begins
    fixed["first_parse_s"] = bench.dbt("parse").seconds
    build = build_measured(bench, fixed["models_without_rows_s"], *PRODUCT)
    build["publishing"] = publishing_measured(bench, build)
    increment = increment_measured(bench, days, build, fixed["models_without_rows_s"])
    return {
        "controls": bench.controls,
        "days": days,
        "hz": bench.hz,
        "simulation": simulated.as_row(),
        "landing": landing,
        "build": build,
        "increment": increment,
        "nothing_new": _nothing_new(bench),
        "fixed": fixed,
    }


def fixed_costs(empty: Bench) -> dict[str, float]:
    """Return the seconds that have nothing to do with the data, taken on a lake without any."""
    landing = empty.python("-m", "ingestion", "telemetry")
    gx = empty.python("-c", "import expectations.engine")
    dbt_start = _second(lambda: empty.dbt("ls", "--quiet", "--resource-type", "seed"))
    # what dbt does around each model: compile, contract, comments, hooks, commit
    empty.dbt("build", "--resource-type", "model", "--resource-type", "seed")
    return {
        "python_start_s": empty.python("-c", "pass").seconds,
        "import_great_expectations_s": gx.seconds,
        "dbt_start_s": dbt_start,
        "landing_without_files_s": landing.seconds,
        "models_without_rows_s": sum(node_seconds(empty.target)["sql"].values()),
    }


def _second(run: Callable[[], Measured]) -> float:
    """Return the seconds of a second call: the first one fills caches."""
    run()
    return run().seconds


def landing_measured(bench: Bench, fixed_s: float) -> dict:
    """Land what is new, and read the same files by hand."""
    landed = bench.land()
    rows = bench.landed_rows()
    floor = bench.python(
        "-m", "tests.benchmarks.landing_floor", str(bench.files), str(bench.folder / "floor")
    )
    floor_s = json.loads(floor.output.splitlines()[-1])["seconds"]
    shutil.rmtree(bench.folder / "floor", ignore_errors=True)
    return landed.as_row() | {
        "rows": rows,
        "rows_per_s": rows / landed.seconds,
        "floor_s": floor_s,
        "floor_peak_mb": floor.peak_mb,
        "floor_cpu_s": floor.cpu_s,
        "ratio": landed.seconds / floor_s,
        "ratio_without_fixed": max(landed.seconds - fixed_s, 0) / floor_s,
    }


def build_measured(bench: Bench, fixed_s: float, *selection: str) -> dict:
    """Build everything, or what dbt's options select, and run the same models' SQL by hand."""
    work = bench.folder / "by_hand"
    if bench.build_db.exists():  # the SQL by hand goes on from the same state
        work.mkdir()
        shutil.copyfile(bench.build_db, work / bench.build_db.name)
    built = bench.dbt("build", *selection)
    groups = node_seconds(bench.target)
    floor = bench.python("-m", "tests.benchmarks.build_floor", str(bench.target), str(work))
    shutil.rmtree(work, ignore_errors=True)
    by_hand = json.loads(floor.output.splitlines()[-1])
    floor_cpu_s = by_hand.pop(CPU)
    model_s = sum(groups["sql"].values())
    floor_s = sum(by_hand.get(name, 0.0) for name in groups["sql"])
    return built.as_row() | {
        "model_s": model_s,
        "floor_s": floor_s,
        "floor_cpu_s": floor_cpu_s,
        "floor_peak_mb": floor.peak_mb,
        "ratio": model_s / floor_s,
        "ratio_without_fixed": max(model_s - fixed_s, 0) / floor_s,
        "groups_s": {group: sum(nodes.values()) for group, nodes in groups.items()},
        "models": _models(groups["sql"], by_hand),
    }


def publishing_measured(bench: Bench, built: dict) -> dict:
    """Copy the released tables by hand, beside the seconds the release took."""
    out = bench.folder / "copied"
    floor = bench.python(
        "-m", "tests.benchmarks.publishing_floor", str(bench.target), str(out)
    )  # fmt: skip
    shutil.rmtree(out, ignore_errors=True)
    copied = json.loads(floor.output.splitlines()[-1])
    return copied | {"ratio": built["groups_s"].get("release", 0.0) / copied["seconds"]}


def _models(dbt: dict[str, float], by_hand: dict[str, float]) -> list[dict]:
    """Return the SQL models, slowest first, each beside its own floor."""
    return [
        {
            "model": name.split(".")[-1],
            "seconds": seconds,
            "floor_s": by_hand.get(name),
            "ratio": seconds / by_hand[name] if by_hand.get(name) else None,
        }
        for name, seconds in sorted(dbt.items(), key=lambda item: -item[1])
    ]


def increment_measured(bench: Bench, days: int, full: dict, fixed_s: float) -> dict:
    """Land and build one more day than `days`, beside that day's SQL by hand."""
    bench.simulate(days + 1)
    landed = bench.land()
    built = build_measured(bench, fixed_s, *PRODUCT)
    model_s = built["model_s"]
    return built | {
        "landing_s": landed.seconds,
        "build_s": built["seconds"],
        "share_of_full": model_s / full["model_s"],
        "share_without_fixed": max(model_s - fixed_s, 0) / max(full["model_s"] - fixed_s, 1e-9),
        "peak_mb": max(landed.peak_mb, built["peak_mb"]),
    }


def _nothing_new(bench: Bench) -> dict:
    """Measure what `make run` does when everything has been done."""
    run = ("-m", "python_models.runs.run", "--demo")
    bench.python(*run)  # the other products have not been built yet
    return bench.python(*run).as_row()


def main(arguments: list[str] | None = None) -> int:
    """Measure every size asked for, print the table, write it beside the raw figures."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--sizes", default="1,10,50", help="million readings (1,10,50)")
    parser.add_argument("--work", type=Path, help="folder for the lakes (default: a temporary one)")
    parser.add_argument("--keep", action="store_true", help="leave the lakes where they are")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for the results")
    given = parser.parse_args(arguments)
    if given.work:
        given.work.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="sluice-bench-", dir=given.work))
    found = {"machine": machine(), "measured_at": datetime.now(UTC).isoformat(), "sizes": {}}
    try:
        for size in given.sizes.split(","):
            sys.stderr.write(f"measuring {size} million readings in {work}\n")
            bench = Bench.of_size(work / size, float(size))
            found["sizes"][size] = benchmark(bench)
            _save(found, given.out)  # a later size that fails loses nothing
            if not given.keep:
                shutil.rmtree(bench.folder)
    except CommandFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        if not given.keep:
            shutil.rmtree(work, ignore_errors=True)
    sys.stdout.write(markdown(found))
    return 0


def _save(found: dict, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "telemetry.json").write_text(json.dumps(found, indent=2))
    (folder / "telemetry.md").write_text(markdown(found))


if __name__ == "__main__":
    sys.exit(main())
