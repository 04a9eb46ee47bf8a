"""An id that comes back is another cycle; a lost sensor and a crowded machine are none."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.dbt_project.telemetry.models_project import Models, differences
from tests.dbt_project.telemetry.raw_lake import declare, land

START = datetime(2026, 3, 1, 10)
STEP = timedelta(seconds=20)


def cycle(name: str | None, started_at: datetime, count: int = 30) -> list[dict[str, Any]]:
    """Give a cycle's readings."""
    return [
        {
            "control_id": "plc",
            "cycle_id": name,
            "power": 2000.0,
            "reading_at": started_at + STEP * n,
        }
        for n in range(count)
    ]


def counted(names: list[str], started_at: datetime) -> list[dict[str, Any]]:
    """Give cycles that follow one another, with a pause of one reading between."""
    rows: list[dict[str, Any]] = []
    for number, name in enumerate(names):
        rows += cycle(name, started_at + number * 31 * STEP)
    return rows


def cycles(models: Models) -> list[tuple[Any, ...]]:
    return models.rows(
        "select cycle_id, reading_count, round(energy_wh), is_valid from telemetry.cycles "
        "order by started_at, cycle_id"
    )


def check_equals_rebuild(models: Models) -> None:
    step_by_step = models.marts()
    models.run("--full-refresh")
    assert differences(step_by_step, models.marts()) == []


def test_a_counter_that_restarts_makes_new_cycles(lake_of_models: Models) -> None:
    declare()
    models, later = lake_of_models, START + timedelta(minutes=400)
    names = [str(number) for number in range(1, 5)]
    land("l1", counted(names, START))
    models.run()
    land("l2", counted(names[1:], later))
    models.run()
    check_equals_rebuild(models)
    found = cycles(models)
    assert [row[1:] for row in found] == [(30, 322.0, True)] * 7
    assert [row[0] for row in found[:4]] == [f"plc/{name}" for name in names]
    assert found[4][0] == "plc/2@20260301T164000.000000"


def test_a_counter_that_runs_backwards_or_comes_back_at_once_makes_new_cycles(
    lake_of_models: Models,
) -> None:
    declare()
    land("l1", counted(["2", "1", "2", "1"], START))
    lake_of_models.run()
    assert [row[1] for row in cycles(lake_of_models)] == [30] * 4


def test_an_id_that_is_silent_for_hours_makes_new_cycles(lake_of_models: Models) -> None:
    declare()
    land("l1", [*cycle("1", START), *cycle("1", START + timedelta(hours=4))])
    lake_of_models.run()
    assert [row[1:] for row in cycles(lake_of_models)] == [(30, 322.0, True)] * 2


def test_an_id_that_is_silent_for_longer_than_its_readings_explain_makes_new_cycles(
    lake_of_models: Models,
) -> None:
    """Twenty minutes, where a machine that reports every 20 s began and ended at one power."""
    declare()
    rows = [*cycle("1", START), *cycle("1", START + timedelta(minutes=30))]
    land("l1", [*rows, *cycle("2", START + timedelta(hours=1))])
    lake_of_models.run()
    assert [row[1:] for row in cycles(lake_of_models)] == [(30, 322.0, True)] * 3


def test_a_lost_sensor_parts_no_cycle_that_goes_on_where_it_was(lake_of_models: Models) -> None:
    """In a later stage, or at the power it had risen to."""
    declare()
    staged, risen = cycle("1", START, 90), cycle("2", START + 100 * STEP, 90)
    for number in range(90):
        staged[number]["stage"] = "ramp_up" if number < 10 else "hold"
        risen[number]["power"] = min(2000.0, 200.0 * (number + 1))
    level = cycle("3", START + 200 * STEP, 90)
    lost = [row for rows in (staged, risen, level) for row in rows[:20] + rows[70:]]
    land("l1", lost + counted(["4", "5", "6", "7"], START + 300 * STEP))
    lake_of_models.run()
    assert [(row[0].partition("@")[0], row[1]) for row in cycles(lake_of_models)][:4] == [
        ("plc/1", 40),
        ("plc/2", 40),
        ("plc/3", 20),
        ("plc/3", 20),
    ]


def test_ids_that_alternate_row_by_row_are_rejected_for_that(lake_of_models: Models) -> None:
    declare()
    stations = [*cycle("a", START), *cycle("b", START + STEP / 2)]
    land("l1", [*stations, *cycle("c", START + timedelta(hours=1))])
    lake_of_models.run()
    assert [(row[0], row[1], row[3]) for row in cycles(lake_of_models)] == [
        ("plc/a", 30, False),
        ("plc/b", 30, False),
        ("plc/c", 30, True),
    ]
    reasons = "select cycle_id, reason from telemetry.rejected_cycles order by all"
    assert lake_of_models.rows(reasons) == [
        ("plc/a", "ids_alternate"),
        ("plc/b", "ids_alternate"),
    ]


def test_an_earlier_cycle_that_comes_late_takes_the_name(lake_of_models: Models) -> None:
    declare()
    models = lake_of_models
    land("l1", counted(["1", "2"], START))
    models.run()
    land("l2", counted(["1", "2"], START - timedelta(days=2)))
    models.run()
    land("l3", cycle("1", START - timedelta(days=3)))
    models.run()
    found = cycles(models)
    assert [row[0].partition("@")[0] for row in found] == [f"plc/{n}" for n in "11212"]
    assert ["@" in row[0] for row in found] == [False, True, False, True, True]
    check_equals_rebuild(models)


def test_readings_find_their_cycle_without_being_compared_with_every_slot(
    lake_of_models: Models,
) -> None:
    """A condition of the join that reads both sides at once would do that, for every reader."""
    declare()
    land("l1", counted(["1", "2"], START) + cycle(None, START + timedelta(hours=9)))
    lake_of_models.run()
    ((_, plan),) = lake_of_models.rows("explain select count(cycle_id) from telemetry.readings")
    assert "HASH_JOIN" in plan
    assert "BLOCKWISE" not in plan
    assert "NESTED_LOOP" not in plan
