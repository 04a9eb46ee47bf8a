"""In a build, data tests of readings look at what it built anew; by name, at all there is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager

from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.lake import lake
from python_models.release import day_sums
from tests.dbt_project.telemetry.models_project import PROJECT, Models
from tests.dbt_project.telemetry.raw_lake import cycle_readings, declare, land

DAYS = [datetime(2026, 1, day, 8) for day in (1, 3, 5)]  # a cycle opens the one before it again
TESTS = (
    "reading_lies_in_one_cycle_only",
    "reading_is_unique_by_machine_time_and_number",
    "readings_and_dropped_copies_are_all_that_was_accepted",
)


@pytest.fixture
def built(lake_of_models: Models) -> Iterator[Models]:
    """Three days of a machine, built one after the other with their tests."""
    models, written = lake_of_models, []
    for name in TESTS:
        source = PROJECT / "data_tests" / "telemetry" / f"{name}.sql"
        written.append(shutil.copy(source, models.folder / "data_tests"))
    declare(idle_gap_seconds=30.0)
    for number, moment in enumerate(DAYS):
        land(f"load-{number}", cycle_readings("press-1", moment))
        models.run(command="build")
    assert models.rows("select count(*) from telemetry.cycles") == [(3,)]
    yield models
    for path in written:
        Path(path).unlink()


def _change(statement: str, moment: datetime) -> None:
    DuckDBConnectionManager.close_all_connections()
    slots = "telemetry_intermediate.int_telemetry__cycle_slots"
    with connect_duckdb(lake().build_db) as build:
        build.execute(
            statement.format(slots=slots)
            + f" where started_at between '{moment}' and '{moment + timedelta(hours=4)}'"
        )
        day_sums.forget(build)  # no model wrote this


def _run_tests(models: Models, *arguments: str, command: str = "build") -> None:
    models.run("--select", "test_type:singular", *arguments, command=command)


def test_a_reading_in_two_cycles_is_found_where_it_was_built_and_by_name(built: Models) -> None:
    _change("insert into {slots} select * from {slots}", DAYS[0])
    _run_tests(built)  # the first day stood as it was tested when this build began
    with pytest.raises(AssertionError, match=TESTS[0]):
        _run_tests(built, command="test")
    with pytest.raises(AssertionError, match=TESTS[0]):
        _run_tests(built, "--full-refresh")
    _change("insert into {slots} select * from {slots}", DAYS[2])
    with pytest.raises(AssertionError, match=TESTS[0]):
        _run_tests(built)
