"""The benchmark harness measures what it says; how fast anything is, is not asserted here."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import duckdb
import pytest

from tests.benchmarks import landing_floor
from tests.benchmarks.lake_bench import Bench, _group
from tests.benchmarks.measure import CommandFailed, measured
from tests.benchmarks.report import ROWS, TARGETS, markdown
from tests.benchmarks.telemetry import benchmark, build_measured, landing_measured


def test_the_peak_is_the_childs_not_ours() -> None:
    held = "import time; block = b'x' * 200_000_000; time.sleep(0.4)"
    small = measured([sys.executable, "-c", "import time; time.sleep(0.4)"])
    large = measured([sys.executable, "-c", held])
    assert 0 < small.peak_mb < 100
    assert 190 < large.peak_mb < 300


def test_processes_of_a_child_count_too() -> None:
    inner = "import time; block = b'x' * 150_000_000; time.sleep(0.6)"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    assert measured([sys.executable, "-c", outer]).peak_mb > 140


def test_cpu_seconds_are_those_of_the_child_and_its_processes_alone() -> None:
    busy = "import time\nwhile time.process_time() < 0.5: pass"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"
    waiting = measured([sys.executable, "-c", "import time; time.sleep(0.6)"])
    assert 0 < waiting.cpu_s < 0.5
    assert measured([sys.executable, "-c", outer]).cpu_s >= 0.5


def test_a_command_that_fails_says_what_it_said() -> None:
    with pytest.raises(CommandFailed, match="this went wrong"):
        measured([sys.executable, "-c", "raise SystemExit('this went wrong')"])


@pytest.mark.parametrize("million", [0.1, 1, 10, 50])
def test_a_bench_of_a_size_gives_so_many_readings(tmp_path: Path, million: float) -> None:
    bench = Bench.of_size(tmp_path, million)
    assert bench.controls * bench.hz * 30 * 86_400 == pytest.approx(million * 1e6, rel=1e-6)


def test_measured_commands_see_no_key_and_a_lake_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_API_KEY", "not-for-benchmarks")
    env = Bench(tmp_path, 6, 0.1).env()
    assert "LLM_API_KEY" not in env
    assert env["SLUICE_LAKE"] == str(tmp_path / "lake")


def test_the_landing_floor_reads_every_site(tmp_path: Path) -> None:
    bench = Bench(tmp_path, 6, 1 / 60)
    bench.simulate(3)
    found = landing_floor.land(bench.files, tmp_path / "out")
    assert found["rows"] == pytest.approx(6 * 3 * 1440, rel=0.01)
    for site in landing_floor.READS:
        (count,) = duckdb.sql(f"select count(*) from '{tmp_path}/out/{site}.parquet'").fetchone()
        assert count == pytest.approx(3 * 1440, rel=0.02), site


@pytest.mark.parametrize(
    ("node", "group"),
    [
        (
            {
                "resource_type": "model",
                "language": "sql",
                "fqn": ["sluice", "telemetry", "staging", "x"],
            },
            "sql",
        ),
        (
            {
                "resource_type": "model",
                "language": "sql",
                "fqn": ["sluice", "news", "staging", "x"],
            },
            "other",
        ),
        ({"resource_type": "test"}, "test"),
        ({"resource_type": "unit_test"}, "test"),
        ({"resource_type": "seed"}, "seed"),
        ({"resource_type": "model", "language": "python", "name": "gate_x__y"}, "gate"),
        ({"resource_type": "model", "language": "python", "name": "llm_x__y"}, "llm"),
        ({"resource_type": "model", "language": "python", "name": "release_x__y"}, "release"),
    ],
)
def test_nodes_are_counted_where_they_belong(node: dict, group: str) -> None:
    assert _group(node) == group


def test_every_target_names_a_row_of_the_table() -> None:
    assert set(TARGETS) <= {name for name, _ in ROWS}


def test_a_small_landing_and_build_are_measured_beside_their_floors(tmp_path: Path) -> None:
    bench = Bench(tmp_path, 2, 1 / 120)
    bench.simulate(3)
    found = landing_measured(bench, 0.0)
    assert found["rows"] > 2 * 3 * 700
    assert found["floor_s"] > 0 and found["ratio"] > 0
    assert found["peak_mb"] > 0
    some = ("--select", "+cycle_variance", "--exclude", "gate_*")
    only_models = (*some, "--exclude-resource-type", "test", "unit_test")
    built = build_measured(bench, 0.0, *only_models)
    assert built["ratio"] > 0 and built["floor_peak_mb"] > 0
    assert {"baselines", "cycle_variance"} <= {model["model"] for model in built["models"]}
    assert all(model["floor_s"] is not None for model in built["models"])


def test_one_more_day_by_hand_gives_the_rows_dbt_gives(tmp_path: Path) -> None:
    bench = Bench(tmp_path, 2, 1 / 120)
    some = ("--select", "+cycle_variance", "--exclude", "gate_*")
    only_models = (*some, "--exclude-resource-type", "test", "unit_test")
    for days in (3, 4):
        bench.simulate(days)
        bench.land()
        by_hand = tmp_path / "by_hand"
        by_hand.mkdir(exist_ok=True)
        if bench.build_db.exists():
            shutil.copyfile(bench.build_db, by_hand / bench.build_db.name)
        bench.dbt("build", *only_models)
    bench.python("-m", "tests.benchmarks.build_floor", str(bench.target), str(by_hand))
    with duckdb.connect(str(by_hand / bench.build_db.name)) as connection:
        connection.execute(f"attach '{bench.build_db}' as finished (read_only)")
        for table in ("telemetry_intermediate.int_telemetry__cycle_slots", "telemetry.cycles"):
            both = f"(from build.{table} except from finished.{table})"
            assert connection.execute(f"select count(*) from {both}").fetchone() == (0,), table
            counts = f"select (select count(*) from build.{table}) = count(*), count(*) > 0"
            found = connection.execute(f"{counts} from finished.{table}").fetchone()
            assert found == (True, True), table


@pytest.mark.long
def test_a_small_benchmark_runs_from_files_to_table(tmp_path: Path) -> None:
    found = benchmark(Bench(tmp_path, 6, 1 / 120), days=12)
    assert found["landing"]["rows"] > 6 * 12 * 700
    assert found["build"]["model_s"] > 0
    assert all(model["floor_s"] is not None for model in found["build"]["models"])
    table = markdown({"machine": {}, "measured_at": "2026-01-01T00:00", "sizes": {"0.05": found}})
    assert "| models / floor |" in table
