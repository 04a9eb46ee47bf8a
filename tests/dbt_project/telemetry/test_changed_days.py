"""Publishing is told of each day a build changes, and of few others, whatever becomes of builds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from python_models.release import day_sums, mart_parts
from tests.dbt_project.telemetry.models_project import Models
from tests.dbt_project.telemetry.raw_lake import append_rows, cycle_readings, declare, land

FIRST = datetime(2026, 1, 1, 6)
DAYS = [FIRST + timedelta(days=number) for number in range(6)]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the filters by which publishing reads rows for their hashes."""
    filters: list[str] = []

    def noted(session, one, columns, where=""):
        filters.append(f"{one.name}{where}")
        return mart_parts.sums_of(session, one, columns, where)

    monkeypatch.setattr(day_sums, "sums_of", noted)
    return filters


def days_read(read: list[str], mart: str) -> set[str]:
    """Return which days of January were read for a mart in the last run; `all` are a word."""
    found = [text for text in read if text.startswith(mart)]
    read.clear()
    return {
        f"{day:02}" if where else "all"
        for text in found
        for where in [text.removeprefix(mart)]
        for day in range(1, 32)
        if not where or f"date '2026-01-{day:02}'" in where
    }


def plant_over(models: Models, *days: datetime) -> None:
    declare(idle_gap_seconds=30.0)
    for number, day in enumerate(days):
        land(f"load-{number}", cycle_readings("press-1", day))
    models.run()


def sensor_values(load_id: str, rows: list[dict[str, Any]], **more: Any) -> None:
    """Land values of a further sensor at the moments of readings."""
    append_rows(
        "sensor_values",
        [
            {
                "load_id": load_id, "source": "plant", "source_file": f"{load_id}.csv",
                "record_number": number, "control_id": row["control_id"], "sensor": "vibration",
                "reading_at": row["reading_at"], "value": float(number),
            }
            | more
            for number, row in enumerate(rows, start=1)
        ],
    )  # fmt: skip


def test_one_more_day_has_publishing_read_it_and_the_one_before(
    lake_of_models: Models, read: list[str]
) -> None:
    plant_over(lake_of_models, *DAYS[:4])
    assert days_read(read, "readings") == {"all"}
    lake_of_models.run()
    assert read == []
    land("l9", cycle_readings("press-1", DAYS[4]))
    lake_of_models.run()
    assert days_read(read, "readings") == {"04", "05"}


@pytest.mark.parametrize(
    "node", ["int_telemetry__readings_ordered", "int_telemetry__loads_processed"]
)
def test_days_of_a_build_that_was_killed_are_read_when_the_next_one_publishes(
    lake_of_models: Models, read: list[str], node: str
) -> None:
    plant_over(lake_of_models, *DAYS[1:3], DAYS[5])
    land("l8", cycle_readings("press-1", DAYS[1] + timedelta(hours=3)))
    lake_of_models.run_killed_after(node)
    land("l9", cycle_readings("press-1", DAYS[4]))
    read.clear()
    lake_of_models.run()
    found = days_read(read, "readings")
    assert {"02", "05"} <= found <= {"02", "03", "05", "06"}


def test_values_of_sensors_that_land_later_change_their_days(
    lake_of_models: Models, read: list[str]
) -> None:
    rows = [row | {"power": None, "temperature": None} for row in cycle_readings("press-1", FIRST)]
    declare(idle_gap_seconds=30.0)
    land("l1", [*rows, *rows])  # of the same moment, and silent: sensors say what differs
    land("l2", cycle_readings("press-1", DAYS[3]))
    lake_of_models.run()
    read.clear()
    kept = lake_of_models.rows("select count(*) from telemetry.readings")
    for number in (1, 2):
        sensor_values("l1", rows[:3], value=float(number), record_number=number)
    lake_of_models.run()
    assert lake_of_models.rows("select count(*) from telemetry.readings") != kept
    assert {text for text in read if "where" not in text} == set()
    assert days_read(read, "readings") == {"01"}


def test_a_model_that_is_made_anew_has_publishing_read_all(
    lake_of_models: Models, read: list[str]
) -> None:
    plant_over(lake_of_models, *DAYS[:3])
    read.clear()
    lake_of_models.run("--full-refresh", "--select", "int_telemetry__cycle_slots")
    assert days_read(read, "readings") == {"all"}
