"""`make bench-demo`: what a newcomer waits for after setting up, each beside its floor.

`make run DOMAIN=telemetry`, `make run` and `make estimate` on new lakes, with the shipped demo
data and the offline model; the floor of all three is dbt's first start, the import of Great
Expectations (where gates run) and the same SQL by hand. Then each product's share of `make run`,
and what pages cost beside an empty one. CPU seconds are the figures to trust where other work
runs beside it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import sys
import tempfile
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

from tests.benchmarks.build_floor import CPU
from tests.benchmarks.lake_bench import Bench
from tests.benchmarks.measure import Measured
from tests.benchmarks.report import machine

PAGES = ("overview", "telemetry", "conversations", "experiments", "news", "knowledge", "runs")
_PAGE = """
import sys
from streamlit.testing.v1 import AppTest
from tests.dashboards.pages import failures, page
name = sys.argv[1]
if name == "empty":
    AppTest.from_string("import streamlit as st; st.title('empty')").run(timeout=60)
elif failed := failures(page(name)):
    raise SystemExit("; ".join(failed))
"""
_NODES = """
    select domain, node, sum(seconds) from node_runs
    where domain is not null group by domain, node
"""
_LANDED = "select pipeline, sum(seconds) from ops.loads group by pipeline"
_KINDS = ("gate", "llm", "release")


def benchmark(root: Path, is_small: bool = False) -> dict[str, Any]:
    """Return every figure; a small one is of telemetry alone, and opens one page."""
    runs = {"telemetry": ran(Bench(root / "telemetry", 1, 1.0), "telemetry")}
    whole = Bench(root / "telemetry", 1, 1.0)
    if not is_small:
        whole = Bench(root / "all", 1, 1.0)
        runs["all five"] = ran(whole, None)
    return {
        "runs": runs,
        "shares": shares(whole),
        "estimate": estimated(Bench(root / "estimate", 1, 1.0), whole),
        "pages": paged(whole, PAGES[1:2] if is_small else PAGES),
    }


def ran(bench: Bench, product: str | None) -> dict[str, Any]:
    """Run the demo on a new lake, and by hand what of it is SQL."""
    started = bench.dbt("ls", "--quiet", "--resource-type", "seed")
    shutil.rmtree(bench.target)  # a newcomer's dbt has parsed nothing yet
    domain = ["--domain", product] if product else []
    run = bench.python("-m", "python_models.runs.run", "--demo", *domain)
    imported = bench.python("-c", "import expectations.engine")
    by_hand = by_hand_of(bench)
    cpu_s = by_hand.pop(CPU)
    return {
        "run": run.as_row(),
        "dbt_start": started.as_row(),
        "gx": imported.as_row(),
        "sql": {"seconds": sum(by_hand.values()), "cpu_s": cpu_s},
    }


def by_hand_of(bench: Bench, *models: str) -> dict[str, float]:
    """Run the SQL of a lake's last build by hand, or of these models of it."""
    floor = bench.python(
        "-m", "tests.benchmarks.build_floor", str(bench.target), str(bench.folder / "by_hand"),
        *models,
    )  # fmt: skip
    shutil.rmtree(bench.folder / "by_hand", ignore_errors=True)
    found: dict[str, float] = json.loads(floor.output.splitlines()[-1])
    return found


def estimated(bench: Bench, built: Bench) -> dict[str, Any]:
    """Estimate on a lake where all has landed and nothing was built."""
    bench.python("-m", "ingestion.landing.demo")
    bench.python("-m", "ingestion", "")
    started = bench.dbt("ls", "--quiet", "--resource-type", "seed")
    shutil.rmtree(bench.target)
    estimate = bench.python("-m", "python_models.runs.estimate")
    by_hand = by_hand_of(built, *below_llm_steps(built.target))
    cpu_s = by_hand.pop(CPU)
    return {
        "run": estimate.as_row(),
        "dbt_start": started.as_row(),
        "sql": {"seconds": sum(by_hand.values()), "cpu_s": cpu_s},
    }


def below_llm_steps(target: Path) -> list[str]:
    """Return the unique ids of all that LLM steps rest on."""
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    found: set[str] = set()
    waiting = [name for name, node in nodes.items() if node["name"].startswith("llm_")]
    while waiting:
        for name in nodes[waiting.pop()]["depends_on"].get("nodes", ()):  # a seed has none
            if name in nodes and name not in found:
                found.add(name)
                waiting.append(name)
    return sorted(found)


def shares(bench: Bench) -> dict[str, dict[str, float]]:
    """Return {product: {kind of work: seconds}} of all that ran in a lake."""
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    with duckdb.connect(str(bench.lake / "latest.duckdb"), read_only=True) as release:
        for product, seconds in release.execute(_LANDED).fetchall():
            found[product]["landing"] += seconds or 0.0
    with closing(sqlite3.connect(bench.lake / "journal.db")) as journal:
        for product, node, seconds in journal.execute(_NODES):
            kind = node.partition("_")[0]
            found[product][kind if kind in _KINDS else "sql and tests"] += seconds or 0.0
    return {product: dict(kinds) for product, kinds in found.items() if "landing" in kinds}


def paged(bench: Bench, names: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Open pages of a lake, each in a process of its own, and an empty one."""
    return {name: _page(bench, name).as_row() for name in ("empty", *names)}


def _page(bench: Bench, name: str) -> Measured:
    return bench.python("-W", "ignore", "-c", _PAGE, name)


def report(figures: dict[str, Any]) -> str:
    """Return the figures as lines for a person."""
    lines = [", ".join(f"{name} {value}" for name, value in machine().items())]
    for name, found in figures["runs"].items():
        lines.append(_beside(f"make run, {name}", found, "<= 3"))
    lines.append(_beside("make estimate", figures["estimate"], "<= 1.5"))
    for product, kinds in figures["shares"].items():
        parts = ", ".join(f"{kind} {seconds:.1f}" for kind, seconds in sorted(kinds.items()))
        lines.append(f"  {product}: {sum(kinds.values()):.1f} s of nodes and landing ({parts})")
    empty = figures["pages"]["empty"]
    for name, one in figures["pages"].items():
        ratio, cpu = one["seconds"] / empty["seconds"], one["cpu_s"] / empty["cpu_s"]
        said = f"{one['seconds']:.1f} s, {ratio:.2f} of an empty one ({cpu:.2f} in CPU s)"
        lines.append(f"page {name}: {said}; to reach <= 3")
    return "\n".join(lines)


def _beside(what: str, found: dict[str, Any], reach: str) -> str:
    parts = {name: found[name] for name in ("dbt_start", "gx", "sql") if name in found}
    floor = sum(part["seconds"] for part in parts.values())
    cpu = sum(part["cpu_s"] for part in parts.values())
    run = found["run"]
    of = ", ".join(f"{name} {part['seconds']:.1f}" for name, part in parts.items())
    return (
        f"{what}: {run['seconds']:.1f} s / floor {floor:.1f} s ({of}) ="
        f" {run['seconds'] / floor:.2f}; in CPU s {run['cpu_s']:.1f} / {cpu:.1f} ="
        f" {run['cpu_s'] / cpu:.2f}; to reach {reach}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make bench-demo", description=__doc__)
    parser.add_argument("--small", action="store_true", help="telemetry alone, and one page")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="sluice-demo-") as root:
        sys.stdout.write(report(benchmark(Path(root), options.small)) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
