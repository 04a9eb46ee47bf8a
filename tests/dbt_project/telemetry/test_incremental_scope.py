"""A load is done when all that follows from it is stored, and what is stored follows the rules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.dbt_project.telemetry.models_project import Models, differences
from tests.dbt_project.telemetry.raw_lake import declare, land
from tests.dbt_project.telemetry.test_incremental import START, fresh_lake, plant_readings

SHAPES = (
    "select control_id, count(*) from telemetry_intermediate.int_telemetry__cycle_shapes_compared"
    " group by control_id order by control_id"
)
REOPENED = "select count(*) from telemetry_intermediate.int_telemetry__reopened_windows"
PROCESSED = (
    "select distinct load_id from telemetry_intermediate.int_telemetry__loads_processed"
    " where load_id is not null order by load_id"
)


@pytest.fixture
def plant(models: Models, lake_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Models:
    """The models over a lake in which two machines have been worked in."""
    fresh_lake(lake_folder, monkeypatch)
    declare(idle_gap_seconds=30.0)
    land("load-0", plant_readings(7))
    models.run()
    return models


def deliver_new_machine() -> None:
    """Land readings of a machine nobody has seen, some days later."""
    rows = [
        row | {"control_id": "press-9", "reading_at": row["reading_at"] + timedelta(days=30)}
        for row in plant_readings(7)
        if row["control_id"] == "press-1"
    ]
    assert rows[0]["reading_at"] > START
    land("load-9", rows)


@contextmanager
def edited(models: Models, name: str, old: str, new: str) -> Iterator[None]:
    """Change the text of a model, or a macro, for a while."""
    found = [*(models.folder / "models").rglob("*.sql"), *(models.folder / "macros").rglob("*.sql")]
    (path,) = (path for path in found if path.stem == name)
    was = path.read_text()
    assert old in was
    try:
        path.write_text(was.replace(old, new))
        yield
    finally:
        path.write_text(was)


@pytest.mark.parametrize(
    "model",
    [
        "int_telemetry__cycle_shapes_measured",
        pytest.param("int_telemetry__cycle_shapes_compared", marks=pytest.mark.long),
    ],
)
def test_a_load_stays_to_be_done_until_its_shapes_are_stored(plant: Models, model: str) -> None:
    deliver_new_machine()
    with (
        edited(plant, model, "select * from shapes", "select *, error('cut') from shapes"),
        pytest.raises(AssertionError, match="cut"),
    ):
        plant.run()
    assert plant.rows(PROCESSED) == [("load-0",)]
    plant.run()
    assert plant.rows(PROCESSED) == [("load-0",), ("load-9",)]
    assert "press-9" in dict(plant.rows(SHAPES))
    step_by_step = plant.marts()
    plant.run("--full-refresh")
    assert differences(step_by_step, plant.marts()) == []


def test_a_selection_that_leaves_shapes_out_leaves_the_load_to_be_done(plant: Models) -> None:
    deliver_new_machine()
    plant.run("--exclude", "tag:gate", "int_telemetry__cycle_shapes_measured")
    assert plant.rows(PROCESSED) == [("load-0",)]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("int_telemetry__cycle_shapes_measured", "mean_power_w / 1000", "mean_power_w / 500"),
        # a macro that such a model uses
        pytest.param(
            "robust_scale", "{% macro", "{# other words #}{% macro", marks=pytest.mark.long
        ),
    ],
)
def test_only_another_rule_makes_stored_rows_again(
    plant: Models, name: str, old: str, new: str
) -> None:
    before = plant.marts()
    plant.run()
    assert plant.rows(REOPENED) == [(0,)]
    is_comment = "{#" in new
    with edited(plant, name, old, new):
        plant.run()
        assert (plant.rows(REOPENED) == [(0,)]) == is_comment
        step_by_step = plant.marts()
        assert (differences(before, step_by_step) == []) == is_comment
        plant.run()
        assert plant.rows(REOPENED) == [(0,)]


def test_an_edited_macro_makes_stored_rows_again(plant: Models) -> None:
    with edited(plant, "robust_scale", "%}\n", "%}\n    1.0 *"):
        plant.run()
        assert plant.rows(REOPENED) != [(0,)]


def test_a_model_that_the_last_one_does_not_wait_for_is_refused(plant: Models) -> None:
    with (
        edited(
            plant,
            "int_telemetry__loads_processed",
            "-- depends_on: {{ ref('int_telemetry__cycle_shapes_compared') }}\n",
            "",
        ),
        pytest.raises(AssertionError, match="does not wait for int_telemetry__cycle_shapes"),
    ):
        plant.run()
