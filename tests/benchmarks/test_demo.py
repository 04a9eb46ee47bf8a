"""What a newcomer waits for is measured beside its floor; how long it is, is not asserted here."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import duckdb
import pytest

from tests.benchmarks.demo import below_llm_steps, benchmark, report, shares
from tests.benchmarks.lake_bench import Bench


def test_what_llm_steps_rest_on_is_found_down_to_the_seeds(tmp_path: Path) -> None:
    graph = {
        "model.a": ("a", ["seed.s", "source.raw"]),
        "model.b": ("b", ["model.a"]),
        "model.llm_x": ("llm_x", ["model.b", "model.gate"]),
        "model.gate": ("gate", []),
        "model.after": ("after", ["model.llm_x"]),
        "seed.s": ("s", None),
    }
    nodes = {
        name: {"name": short, "depends_on": {"macros": []} if below is None else {"nodes": below}}
        for name, (short, below) in graph.items()
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"nodes": nodes}))
    assert below_llm_steps(tmp_path) == ["model.a", "model.b", "model.gate", "seed.s"]


def test_each_products_seconds_are_told_by_kind_of_work(tmp_path: Path) -> None:
    bench = Bench(tmp_path, 1, 1.0)
    bench.lake.mkdir()
    with duckdb.connect(str(bench.lake / "latest.duckdb")) as release:
        release.execute("create schema ops")
        release.execute(
            "create table ops.loads as from (values ('plant', 1.5e0), ('plant', 0.5e0))"
            " as loads (pipeline, seconds)"
        )
    with sqlite3.connect(bench.lake / "journal.db") as journal:
        journal.execute("create table node_runs (domain, node, seconds)")
        journal.executemany(
            "insert into node_runs values (?, ?, ?)",
            [
                ("plant", "gate_plant__after_landing", 3.0),
                ("plant", "things", 0.25),
                ("plant", "unique_things_thing_id", 0.5),
                ("plant", "llm_plant__judged", 2.0),
                ("plant", "release_plant__published", 1.0),
                (None, "llm_ledger", 9.0),
                ("ops", "nothing", 9.0),
            ],
        )
    kinds = {"landing": 2.0, "gate": 3.0, "sql and tests": 0.75, "llm": 2.0, "release": 1.0}
    assert shares(bench) == {"plant": kinds}


@pytest.mark.long
def test_a_small_benchmark_of_the_demo_tells_each_figure_beside_its_floor(tmp_path: Path) -> None:
    found = benchmark(tmp_path, is_small=True)
    assert {"landing", "gate", "llm", "release", "sql and tests"} == set(
        found["shares"]["telemetry"]
    )
    said = report(found)
    for name in ("make run, telemetry", "make estimate", "page telemetry"):
        assert name in said
