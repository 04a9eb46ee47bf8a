"""Whatever the order in which readings arrive, an incremental build equals a full one."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ingestion.lakehouse.settings import reset_settings
from tests.dbt_project.telemetry.models_project import Models, differences
from tests.dbt_project.telemetry.raw_lake import cycle_readings, declare, land

START = datetime(2026, 1, 1, 22, 30)


def plant_readings(seed: int) -> list[dict[str, Any]]:
    """Give some days of two machines, one with cycle ids and one without, with odd cycles."""
    chance = random.Random(seed)
    rows = []
    for machine, is_named in (("press-1", False), ("press-2", True)):
        moment = START
        for number in range(chance.randint(7, 11)):
            rows += cycle_readings(
                machine,
                moment,
                level_w=chance.choice([1000.0, 1010.0, 990.0, 1400.0]),
                ramp=chance.randint(1, 3),
                hold=chance.randint(4, 8),
                idle=chance.randint(1, 5),
                named=f"c{number}" if is_named else None,
                temperature_c=chance.choice([60.0, 61.0, 75.0]),
            )
            moment = rows[-1]["reading_at"] + timedelta(seconds=10)
            moment += timedelta(seconds=chance.choice([0, 10, 200, 40_000]))
    for row in chance.sample(rows, 4):
        row["power"] = None
    return rows


def deliveries(seed: int) -> list[list[dict[str, Any]]]:
    """Give a plant's readings cut into loads: in any order, some twice, some at the same time."""
    rows = plant_readings(seed)
    chance = random.Random(seed)
    count = chance.choice([2, 3])
    if chance.random() < 0.5:  # in order of time, as a plant delivers, but for some late ones
        rows.sort(key=lambda row: row["reading_at"])
        size = -(-len(rows) // count)
        loads = [rows[start : start + size] for start in range(0, len(rows), size)]
        late = [row for row in loads[0] if chance.random() < 0.1]
        loads[0] = [row for row in loads[0] if row not in late]
        loads[-1] = loads[-1] + late
    else:
        loads = [[] for _ in range(count)]
        for row in rows:
            chance.choice(loads).append(row)
    for _ in range(chance.randint(0, 6)):
        copy = dict(chance.choice(rows))
        if chance.random() < 0.5:
            copy["power"] = chance.choice([0.0, 777.0])
        chance.choice(loads).append(copy)
    return loads


def check(models: Models, loads: list[list[dict[str, Any]]]) -> None:
    declare(idle_gap_seconds=30.0)
    for number, rows in enumerate(loads):
        land(f"load-{number}", rows)
        models.run()
    step_by_step = models.marts()
    models.run("--full-refresh")
    assert differences(step_by_step, models.marts()) == []
    assert step_by_step["cycles"], "the example has no cycles"


def fresh_lake(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number = len(list(folder.parent.glob("lake-*")))
    monkeypatch.setenv("SLUICE_LAKE", str(folder.parent / f"lake-{number}"))
    (folder.parent / f"lake-{number}").mkdir()
    reset_settings()


# an example is a whole lake and its builds: it is not made smaller, its seed says all
WHOLE_LAKES = {
    "deadline": None,
    "database": None,
    "phases": [Phase.explicit, Phase.generate],
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}
SEEDS = st.integers(0, 1_000_000)


@settings(max_examples=1, derandomize=True, **WHOLE_LAKES)
@given(seed=SEEDS)
def test_any_order_of_arrival_gives_the_result_of_a_full_rebuild(
    models: Models, lake_folder: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    fresh_lake(lake_folder, monkeypatch)
    check(models, deliveries(seed))


@pytest.mark.long
@settings(max_examples=40, **WHOLE_LAKES)
@given(seed=SEEDS)
def test_any_order_of_arrival_gives_the_result_of_a_full_rebuild_many_times(
    models: Models, lake_folder: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    fresh_lake(lake_folder, monkeypatch)
    check(models, deliveries(seed))


def a_plant_over_days(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[dict[str, Any]]:
    """Give a fresh lake and some days of readings to land in it."""
    fresh_lake(folder, monkeypatch)
    declare(idle_gap_seconds=30.0)
    return sorted(plant_readings(7), key=lambda row: row["reading_at"])


def test_a_slice_is_recomputed_alone_and_equals_a_full_rebuild(
    models: Models, lake_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = a_plant_over_days(monkeypatch, lake_folder)
    land("load-0", rows)
    models.run()
    before = models.marts()
    day = START.date() + timedelta(days=1)
    models.run("--vars", f"{{from_date: '{day}', to_date: '{day}', controls: press-2}}")
    windows = models.rows(
        "select distinct control_id from telemetry_intermediate.int_telemetry__reopened_windows"
    )
    assert windows == [("press-2",)]
    assert differences(before, models.marts()) == []


def test_a_build_that_died_midway_is_made_whole_by_the_next_one(
    models: Models, lake_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = a_plant_over_days(monkeypatch, lake_folder)
    late = rows[::5]
    land("load-0", [row for row in rows if row not in late])
    models.run()
    land("load-1", late)
    models.run("--select", "+int_telemetry__cycle_slots")
    models.run("--exclude", "tag:gate", "cycle_variance", "stage_curves")
    models.run()
    step_by_step = models.marts()
    models.run("--full-refresh")
    assert differences(step_by_step, models.marts()) == []


@pytest.mark.long
def test_an_edited_seed_reopens_everything(
    models: Models, lake_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = a_plant_over_days(monkeypatch, lake_folder)
    land("load-0", rows)
    models.run()
    seed = models.folder / "seeds" / "telemetry" / "telemetry_validity_limits.csv"
    was = seed.read_text()
    try:
        seed.write_text(was.replace("reading_count,8,", "reading_count,999,"))
        models.run(command="seed")
        models.run()
        assert models.rows("select count(*) from telemetry.cycles where is_valid") == [(0,)]
    finally:
        seed.write_text(was)


@pytest.mark.long
def test_a_run_without_new_readings_writes_nothing(
    models: Models, lake_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land("load-0", a_plant_over_days(monkeypatch, lake_folder))
    models.run()
    before = models.marts()
    models.run()
    query = "select count(*) from telemetry_intermediate.int_telemetry__reopened_windows"
    assert models.rows(query) == [(0,)]
    assert differences(before, models.marts()) == []
