"""What the simulator spoils is what landing rejects: row for row, nothing more and nothing less."""

from __future__ import annotations

import json
from collections import Counter

import duckdb
import pytest

from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.extensions import iceberg_session
from ingestion.lakehouse.settings import reset_settings
from tests.benchmarks.lake_bench import Bench

BROKEN = ("bad_number", "ragged", "bad_time")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    made = Bench(tmp_path_factory.mktemp("plant"), 6, 1 / 120)
    made.simulate(6)
    made.land()
    return made


@pytest.fixture
def raw(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> duckdb.DuckDBPyConnection:
    monkeypatch.setenv("SLUICE_LAKE", str(bench.lake))
    reset_settings()
    connection = iceberg_session()
    for table, metadata in metadata_locations("raw_telemetry").items():
        connection.execute(f"create view {table} as select * from iceberg_scan('{metadata}')")
    return connection


def test_rows_in_are_accepted_duplicate_or_rejected_as_written(
    bench: Bench, raw: duckdb.DuckDBPyConnection
) -> None:
    written: dict[str, Counter] = {}
    for name, entry in json.loads((bench.files / "manifest.json").read_text())["files"].items():
        if "ground_truth" not in name:
            written.setdefault(f"demo_{name.split('/')[0]}", Counter()).update(
                {
                    "rows": entry["rows"],
                    "again": entry["rows"] * ("_resent" in name),
                    "broken": sum(entry.get(kind, 0) for kind in BROKEN) * ("_resent" not in name),
                }
            )
    counted = raw.execute(
        "select source, sum(rows_in), sum(rows_duplicate), sum(rows_rejected) from files "
        "where source_file not like '%ground_truth%' group by source"
    ).fetchall()
    assert {source: tuple(map(int, counts)) for source, *counts in counted} == {
        source: (counts["rows"], counts["again"], counts["broken"])
        for source, counts in written.items()
    }


def test_every_site_lands_on_one_scale(raw: duckdb.DuckDBPyConnection) -> None:
    rows = raw.execute(
        "select control_id, power_unit, temperature_unit, quantile_cont(temperature, 0.1) "
        "from readings group by all"
    ).fetchall()
    units = {control: (power, temperature) for control, power, temperature, _ in rows}
    assert units["furnace-01"] == ("kW", "K")
    assert units["oven-01"] == ("W", "degF")
    hall = {control: low for control, *_, low in rows}
    # idle most of the time: the cold end is each one's hall, in its own unit
    assert 285 < hall["furnace-01"] < 305
    assert 60 < hall["oven-01"] < 85
    assert all(12 < hall[f"{name}-01"] < 45 for name in ("press", "kiln", "washer", "dryer"))
