"""A corrected file corrects, whatever else is delivered meanwhile."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.dbt_project.telemetry.models_project import Models, differences
from tests.dbt_project.telemetry.raw_lake import append_rows, cycle_readings, declare, land

START = datetime(2026, 1, 1, 6, 0)
LATER = datetime(2026, 2, 1)


def day(machine: str = "press-1", **changes: Any) -> list[dict[str, Any]]:
    """Give some cycles of a machine."""
    rows, moment = [], START
    for _ in range(4):
        rows += cycle_readings(machine, moment, **changes)
        moment = rows[-1]["reading_at"] + timedelta(seconds=60)
    return rows


def check_equals_rebuild(models: Models) -> dict[str, list[tuple[Any, ...]]]:
    step_by_step = models.marts()
    models.run("--full-refresh")
    assert differences(step_by_step, models.marts()) == []
    return step_by_step


def test_a_corrected_file_leaves_nothing_of_what_it_corrects(lake_of_models: Models) -> None:
    models, wrong = lake_of_models, day()
    declare()
    for row in wrong[3:9]:
        row["power"] = 9999.0
    land("l1", wrong, path="day.csv")
    land("l1b", [row | {"control_id": "right"} for row in day()])
    models.run()
    land("l2", day(), path="day.csv")
    models.run()
    check_equals_rebuild(models)
    assert models.rows("select max(power_w) from telemetry.readings") == [(1000.0,)]
    energies = "select energy_wh from telemetry.cycles where control_id = '{}' order by started_at"
    right = models.rows(energies.format("right"))
    assert models.rows(energies.format("press-1")) == right
    assert len(right) == 4


@pytest.mark.parametrize(
    ("supersedes", "expected"),
    [("path", 104), ("whole", 52), pytest.param("never", 156, marks=pytest.mark.long)],
)
def test_what_a_file_at_the_same_path_replaces_is_declared(
    lake_of_models: Models, supersedes: str, expected: int
) -> None:
    models, rows = lake_of_models, day()
    declare(supersedes=supersedes)
    land("l1", rows, path="day.csv")
    models.run()
    land("l2", [row | {"power": row["power"] + 1} for row in rows[:52]], path="day.csv")
    models.run()
    check_equals_rebuild(models)
    assert models.rows("select count(*) from telemetry.readings") == [(expected,)]


def test_a_growing_file_stays_right_and_so_does_one_that_was_cut(lake_of_models: Models) -> None:
    models, rows = lake_of_models, day()
    declare()
    cut = [dict(row) for row in rows[:40]]
    cut[-1]["power"] = 6.0  # of 60.03: the file was caught in the middle of a number
    land("l1", cut, path="day.csv")
    models.run()
    land("l2", rows, path="day.csv")
    models.run()
    marts = check_equals_rebuild(models)
    assert len(marts["readings"]) == len(rows)


def test_what_was_declared_anew_counts_once_and_what_is_gone_stays(lake_of_models: Models) -> None:
    models, rows = lake_of_models, day()
    declare()
    land("l1", rows[:52], path="a.csv", content="a")
    land("l2", rows[52:], path="gone.csv", content="gone")
    models.run()
    declare(load_id="l3", declared_at=LATER, earlier_rows="read_again")
    moved = [
        row | {"control_id": "hall/press-1", "reading_at": row["reading_at"] + timedelta(hours=1)}
        for row in rows[:52]
    ]
    land("l3", moved, path="a.csv", content="a")
    models.run()
    check_equals_rebuild(models)
    counted = "select control_id, count(*) from telemetry.readings group by all order by 1"
    assert models.rows(counted) == [("hall/press-1", 52), ("press-1", 52)]


def test_of_a_database_the_highest_version_counts(lake_of_models: Models) -> None:
    models, rows = lake_of_models, day()
    declare(supersedes="version")
    land("l1", [row | {"row_version": 2} for row in rows])
    models.run()
    land("l2", [row | {"row_version": 1, "power": 5000.0} for row in rows[:20]])
    land("l3", [row | {"row_version": 3, "power": 7.0} for row in rows[20:30]])
    models.run()
    check_equals_rebuild(models)
    found = models.rows(
        "select count(*), max(power_w), count(*) filter (power_w = 7) from telemetry.readings"
    )
    assert found == [(len(rows), 1000.0, 10)]


def test_another_way_of_superseding_reopens_what_it_changes(lake_of_models: Models) -> None:
    models, rows = lake_of_models, day()
    declare()
    land("l1", rows, path="day.csv")
    land("l2", [row | {"power": 1.0} for row in rows[:10]], path="day.csv")
    models.run()
    declare(load_id="l3", declared_at=LATER, supersedes="never")
    land("l3", [], path="empty.csv")
    models.run()
    marts = check_equals_rebuild(models)
    assert len(marts["readings"]) == len(rows) + 10


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_any_order_of_corrections_gives_the_result_of_a_full_rebuild(
    lake_of_models: Models, seed: int
) -> None:
    models, chance = lake_of_models, random.Random(seed)
    machines = ("press-1", "press-2")
    rows = [row for machine in machines for row in day(machine, named=chance.choice([None, "c"]))]
    declare(supersedes=chance.choice(["path", "whole"]))
    contents: list[list[dict[str, Any]]] = []
    for number in range(5):
        if contents and chance.random() < 0.3:  # what was delivered once comes back
            content = chance.randrange(len(contents))
        else:
            picked = sorted(chance.sample(range(len(rows)), len(rows) // 2))
            changed = chance.choice([0.0, 7.0])
            contents.append([rows[at] | {"power": rows[at]["power"] + changed} for at in picked])
            content = len(contents) - 1
        path = chance.choice(["a.csv", "b.csv"])
        land(f"l{number}", contents[content], path=path, content=f"content-{content}")
        if chance.random() < 0.7:
            models.run()
    models.run()
    check_equals_rebuild(models)


def test_a_corrected_file_of_labels_says_all_there_is(lake_of_models: Models) -> None:
    models = lake_of_models
    declare(label_level="window")
    land("l0", day())
    for number, kinds in enumerate((["drift", "over_power"], ["drift"])):
        load = f"l{number + 1}"
        land(load, [], path="labels.csv")
        append_rows(
            "labels",
            [
                {"load_id": load, "source": "plant", "source_file": "labels.csv",
                 "record_number": at, "control_id": "press-1", "label_level": "window",
                 "issue_kind": kind, "is_anomaly": True, "started_at": START, "ended_at": LATER}
                for at, kind in enumerate(kinds)
            ],
        )  # fmt: skip
        models.run()
    found = models.rows("select issue_kind from telemetry_intermediate.int_telemetry__labels_kept")
    assert found == [("drift",)]
