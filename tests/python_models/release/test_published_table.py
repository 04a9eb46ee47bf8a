from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.paths import local_path
from python_models.release import mart_parts
from python_models.release.written_parts import RowsLost
from tests.python_models.publishing import build_database, make_things, mart, publish


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mart_parts, "ROWS_WORTH_A_PART", 4)


def data_files() -> set[Path]:
    return set(lake().warehouse.rglob("*.parquet"))


def test_only_the_day_that_changed_is_written_again() -> None:
    daily = mart(partition_by="thing_date")
    with build_database() as build:
        make_things(build, days=5)
        publish(build, daily)
        before = data_files()
        build.execute("update plant.things set value = -1 where thing_id = 5")
        _, (changed,) = publish(build, daily)
    assert len(before) == 5
    assert changed.parts_written == 1
    (new,) = data_files() - before
    assert "sluice_part=2026-01-02~" in str(new)
    assert changed.snapshot.rows == 20


def test_table_that_did_not_change_gets_no_new_snapshot() -> None:
    with build_database() as build:
        make_things(build)
        first, (before,) = publish(build, mart())
        make_things(build)  # the same rows, in a table made anew
        second, (after,) = publish(build, mart())
    assert after.is_unchanged
    assert after.snapshot.snapshot_id == before.snapshot.snapshot_id
    assert first == second
    assert len(catalog().load_table("plant.things").snapshots()) == 1


def test_column_that_is_declared_volatile_is_no_change() -> None:
    with build_database() as build:
        make_things(build)
        publish(build, mart(volatile=("value",)))
        build.execute("update plant.things set value = value + 1")
        _, (after,) = publish(build, mart(volatile=("value",)))
    assert after.is_unchanged


def test_order_of_rows_is_no_change_and_a_doubled_row_is_one() -> None:
    with build_database() as build:
        make_things(build)
        publish(build, mart())
        build.execute(
            "create or replace table plant.things as from plant.things order by value desc"
        )
        _, (reordered,) = publish(build, mart())
        build.execute("insert into plant.things from plant.things limit 1")
        _, (doubled,) = publish(build, mart())
    assert reordered.is_unchanged
    assert not doubled.is_unchanged
    assert doubled.snapshot.rows == 13


def test_day_that_is_gone_is_gone_from_the_table_and_others_stay_as_they_are() -> None:
    daily = mart(partition_by="thing_date")
    with build_database() as build:
        make_things(build)
        publish(build, daily)
        build.execute("delete from plant.things where thing_date = date '2026-01-01'")
        _, (after,) = publish(build, daily)
    assert (after.parts_written, after.snapshot.rows) == (0, 8)


def test_table_without_rows_is_published_and_can_be_filled_and_emptied() -> None:
    with build_database() as build:
        make_things(build, days=0)
        _, (empty,) = publish(build, mart())
        make_things(build)
        _, (filled,) = publish(build, mart())
        build.execute("delete from plant.things")
        _, (emptied,) = publish(build, mart())
    assert (empty.snapshot.rows, filled.snapshot.rows, emptied.snapshot.rows) == (0, 12, 0)


@pytest.mark.parametrize(
    "change",
    [
        "alter table plant.things add column colour varchar",
        "alter table plant.things drop column name",
        "alter table plant.things alter column name set data type bigint using length(name)",
        "alter table plant.things rename column name to title",
    ],
)
def test_changed_column_is_followed_by_the_table(change: str) -> None:
    with build_database() as build:
        make_things(build)
        publish(build, mart())
        build.execute(change)
        publish(build, mart())
        wanted = build.execute("from plant.things order by thing_id").fetchall()
        names = [column[0] for column in build.description]
    found = catalog().load_table("plant.things").scan().to_arrow().sort_by("thing_id")
    assert set(found.column_names) == set(names)
    assert [tuple(row[name] for name in names) for row in found.to_pylist()] == wanted


def test_every_type_comes_back_as_it_was() -> None:
    with build_database() as build:
        build.execute(
            "create table plant.kinds as select 17014118346046923173168730371588410::hugeint as h,"
            " 18446744073709551615::ubigint as u, 4294967295::uinteger as i, 7::tinyint as t,"
            " ['a', null, 'b'] as l, {'x': 1, 'y': 'z'} as s, 1.25::decimal(9, 3) as d, true as b,"
            " timestamp '2026-01-01 10:00:00.123456' as ts, date '2026-01-01' as day,"
            " 'NaN'::double as nan, null::varchar as nothing, '''; drop' as text"
        )
        query = "select * from plant.kinds"
        _, (table,) = publish(build, mart("kinds", key=()))
        wanted = build.execute(query).fetchall()
        kinds = [column[1] for column in build.description]
        from python_models.release.snapshot_files import pinned_query

        pinned = build.execute(pinned_query(table.snapshot, table.columns))
        assert str(pinned.fetchall()) == str(wanted)
        assert [column[1] for column in pinned.description] == kinds


def test_descriptions_reach_the_iceberg_table() -> None:
    with build_database() as build:
        make_things(build)
        publish(build, mart())
    table = catalog().load_table("plant.things")
    assert table.properties["comment"] == "One row per thing."
    assert table.schema().find_field("thing_id").doc == "Number of the thing."
    assert table.current_snapshot().summary["sluice.run-id"] == "run"


def test_small_days_share_a_file_and_large_ones_have_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mart_parts, "ROWS_WORTH_A_PART", 100)
    daily = mart(partition_by="thing_date")
    with build_database() as build:
        make_things(build, days=60, per_day=4)
        publish(build, daily)
        assert len(data_files()) == 1
        make_things(build, days=60, per_day=40)
        _, (monthly,) = publish(build, daily)
        assert len(monthly.snapshot.files) == 3  # two months and a day
        make_things(build, days=60, per_day=100)
        _, (by_day,) = publish(build, daily)
        assert len(by_day.snapshot.files) == 60


@pytest.mark.parametrize(
    ("rows_worth", "shown", "parts", "changed"),
    [(1, 10, 11, 5), (5, 7, 7, 5), (1000, None, 2, 2)],
    ids=["days", "months", "all"],
)
def test_parts_hold_their_rows_and_no_others(
    rows_worth: int,
    shown: int | None,
    parts: int,
    changed: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mart_parts, "ROWS_WORTH_A_PART", rows_worth)
    tiered = mart(partition_by="thing_date", tier_column="tier")
    unit = f"coalesce(left(cast(thing_date as varchar), {shown}), 'none')" if shown else "'all'"
    with build_database() as build:
        make_things(build, days=3, per_day=8)
        build.execute("alter table plant.things add column tier varchar default 'open'")
        build.execute("update plant.things set tier = 'private' where thing_id % 2 = 0")
        build.execute("update plant.things set thing_date = null where thing_id % 8 = 7")
        build.execute(
            "update plant.things set thing_date = thing_date + interval (thing_id % 3) month"
            " where thing_id >= 16"
        )
        _, (published,) = publish(build, tiered)
        # what is written anew lies after days that are not, and beside rows without a day
        build.execute(
            "update plant.things set value = -1 where thing_date >= date '2026-02-01'"
            " or thing_date is null"
        )
        _, (after,) = publish(build, tiered)
        for file in (*published.snapshot.files, *after.snapshot.files):
            part = file.path.split("sluice_part=")[1].split("~")[0]
            wrong = build.execute(
                "select * from read_parquet(?, hive_partitioning = false)"
                f" where tier || '.' || {unit} <> ?",
                [local_path(file.path), part],
            ).fetchall()
            assert wrong == []
    assert published.snapshot.rows == after.snapshot.rows == 24
    assert published.parts_written == len(published.snapshot.files) == parts
    assert after.parts_written == changed


def test_one_day_far_from_the_others_makes_no_part_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mart_parts, "ROWS_WORTH_A_PART", 1)
    with build_database() as build:
        make_things(build, days=3, per_day=8)
        build.execute("update plant.things set thing_date = '9999-12-31' where thing_id = 0")
        _, (published,) = publish(build, mart(partition_by="thing_date"))
    assert (published.parts_written, published.snapshot.rows) == (1, 24)


def test_rows_without_a_day_change_alone() -> None:
    daily = mart(partition_by="thing_date")
    with build_database() as build:
        make_things(build)
        build.execute("update plant.things set thing_date = null where thing_id = 0")
        publish(build, daily)
        build.execute("update plant.things set value = -1 where thing_id = 0")
        _, (after,) = publish(build, daily)
        things = build.execute("select count(*) from plant.things").fetchone()
    assert after.parts_written == 1
    assert (after.snapshot.rows,) == things


def test_a_view_of_readings_is_read_by_the_moments_of_the_days_that_are_written() -> None:
    daily = mart(partition_by="thing_date", day_of="happened_at")
    assert mart_parts.days_written(daily, [("2026-01-02", "a"), ("2026-01-03", "b")]) == (
        """ where "thing_date" >= date '2026-01-02'"""
        """ and "thing_date" < date '2026-01-03' + interval 1 day"""
        """ and "happened_at" >= timestamp '2026-01-02'"""
        """ and "happened_at" < timestamp '2026-01-03' + interval 1 day"""
    )
    moment = "cast(thing_date as timestamp) + to_microseconds(86399999999 * (thing_id % 2))"
    with build_database() as build:
        make_things(build, days=5)
        build.execute("alter table plant.things add column happened_at timestamp")
        build.execute(f"update plant.things set happened_at = {moment}")
        publish(build, daily)
        build.execute("update plant.things set value = -1 where thing_id in (5, 9)")
        _, (changed,) = publish(build, daily)
    assert (changed.parts_written, changed.snapshot.rows) == (2, 20)


def test_rows_that_a_wrong_day_would_lose_stop_the_release() -> None:
    daily = mart(partition_by="thing_date", day_of="happened_at")
    with build_database() as build:
        make_things(build, days=3)
        build.execute("alter table plant.things add column happened_at timestamp")
        build.execute("update plant.things set happened_at = cast(thing_date as timestamp)")
        _, (before,) = publish(build, daily)
        build.execute(
            "update plant.things set happened_at = happened_at + interval 1 day where thing_id = 5"
        )
        with pytest.raises(RowsLost, match="4 rows to publish and 3 were written"):
            publish(build, daily)
    assert len(catalog().load_table("plant.things").snapshots()) == 1
    assert before.snapshot.rows == 12
