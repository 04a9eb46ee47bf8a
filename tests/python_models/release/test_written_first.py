"""A large view is written once, by day, and hashed as it lies there: nothing else is different."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse.lake import lake
from python_models.release import mart_parts, written_first
from tests.python_models.publishing import build_database, make_things, mart, publish

VIEW = mart("seen", partition_by="seen_date")


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mart_parts, "ROWS_WORTH_A_PART", 4)
    monkeypatch.setattr(written_first, "_PARTS", 2)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return which marts were written first, as they are."""
    names: list[str] = []
    write = written_first.written_by_day

    def noted(session, one, selected, folder):
        names.append(one.name)
        return write(session, one, selected, folder)

    monkeypatch.setattr(written_first, "written_by_day", noted)
    return names


def make_view(build: duckdb.DuckDBPyConnection, days: int = 5, day: str = "thing_date") -> None:
    make_things(build, days=days)
    build.execute(
        "create or replace view plant.seen as select thing_id, case when thing_id % 7 = 0 then "
        "'nan'::double when thing_id % 7 = 1 then -0.0 when thing_id % 7 > 2 then value end "
        f"as value, nullif(name, 'thing 3') as name, {day} as seen_date, "
        "thing_date + interval 90 minute as seen_at, thing_id = 3 as is_third from plant.things"
    )


def data_files() -> list[Path]:
    return sorted(lake().warehouse.rglob("*.parquet"))


def rows_released(build: duckdb.DuckDBPyConnection) -> list[tuple]:
    listed = [str(path) for path in data_files()]
    query = f"from read_parquet({listed}, hive_partitioning = false) order by thing_id"
    return build.execute(query).fetchall()


def test_its_parts_bear_the_hashes_that_the_view_has(counted: list[str]) -> None:
    with build_database() as build:
        make_view(build)
        _, (first,) = publish(build, VIEW)
        assert counted == ["seen"]
        files = data_files()
        assert len(files) == first.parts_written == 5
        assert all("sluice_part=2026-01-0" in str(path) for path in files)
        assert str(rows_released(build)) == str(
            build.execute("from plant.seen order by thing_id").fetchall()
        )
        _, (second,) = publish(build, VIEW, run="again")
    assert second.is_unchanged
    assert counted == ["seen"]
    assert data_files() == files


def test_rows_without_a_day_are_a_part_too(counted: list[str]) -> None:
    with build_database() as build:
        make_view(build, day="case when thing_id < 18 then thing_date end")
        publish(build, VIEW)
        assert counted == ["seen"]
        assert any("sluice_part=none~" in str(path) for path in data_files())
        assert len(rows_released(build)) == 20
        _, (second,) = publish(build, VIEW, run="again")
    assert second.is_unchanged


def test_where_parts_are_no_days_nothing_is_left_of_the_days(counted: list[str]) -> None:
    with build_database() as build:
        make_view(build, day="date '2026-01-01' + (thing_id * 3)::int")
        publish(build, VIEW)
        assert counted == ["seen"]
        folders = {path.parent.name.partition("~")[0] for path in data_files()}
        assert folders == {"sluice_part=2026-01", "sluice_part=2026-02"}
        assert len(rows_released(build)) == 20
        _, (second,) = publish(build, VIEW, run="again")
    assert second.is_unchanged
    assert not list(lake().warehouse.rglob("*-by-day"))


def test_a_view_without_rows_is_published_empty(counted: list[str]) -> None:
    with build_database() as build:
        make_view(build)
        build.execute(
            "create or replace view plant.seen as select thing_id, thing_date as seen_date "
            "from plant.things where thing_id < 0"
        )
        _, (first,) = publish(build, VIEW)
    assert counted == ["seen"]
    assert first.snapshot.rows == 0
    assert not list(lake().warehouse.rglob("*-by-day"))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("create or replace table plant.seen as from plant.other", "a table is hashed at once"),
        (
            "create or replace view plant.seen as select *, 1::hugeint as big from plant.other",
            "a hugeint is read as a decimal",
        ),
        (
            "create or replace view plant.seen as select *, 'a'::enum('a') as word "
            "from plant.other",
            "a word of a list is read as text",
        ),
    ],
)
def test_it_is_hashed_first_where_that_is_not_the_same(
    counted: list[str], change: str, why: str
) -> None:
    with build_database() as build:
        make_view(build)
        build.execute("create table plant.other as from plant.seen; drop view plant.seen")
        build.execute(change)
        publish(build, VIEW)
        assert counted == [], why
        _, (second,) = publish(build, VIEW, run="again")
    assert second.is_unchanged
