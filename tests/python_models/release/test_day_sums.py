"""Days that are known to be as they were are not read again, and all that changed is released."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import duckdb
import pytest

from python_models.release import day_sums, mart_parts
from tests.python_models.publishing import build_database, mart, publish

MADE_OF = {
    "windows": ["plant.readings"],
    "loads": ["plant.landed"],
    "whole": ["plant.held where is_held"],
}
DAILY = mart("seen", partition_by="day", day_of="seen_at", made_of=MADE_OF, volatile=("load_id",))
UNDECLARED = mart("seen", partition_by="day", day_of="seen_at", volatile=("load_id",))
VIEW = """
create or replace view plant.seen as
select
    readings.id as thing_id, readings.seen_at, cast(readings.seen_at as date) as day, value, name,
    landed.load_id
from plant.readings
left join plant.landed on landed.id = readings.id
where
    landed.load_id is null
    or landed.load_id not in (select load_id from plant.held where is_held)
"""


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    """A mart of six days, four rows each: a join of stored rows and of what two loads brought."""
    monkeypatch.setattr(mart_parts, "ROWS_WORTH_A_PART", 4)
    with build_database() as connection:
        connection.execute(
            "create table plant.readings as select i as id, i * 1.5 as value,"
            " timestamp '2026-01-01' + interval (i * 6) hour as seen_at"
            " from range(24) as numbers (i)"
        )
        connection.execute(
            "create table plant.landed as select id, 'n' || id as name, seen_at,"
            " if(id < 12, 'l1', 'l2') as load_id from plant.readings where id < 20"
        )
        connection.execute(
            "create table plant.held as select 'l9' as load_id, true as is_held"
            " union all select 'l1', false"
        )
        connection.execute(VIEW)
        yield connection


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the filters by which rows were read for their hashes; an empty one reads them all."""
    filters: list[str] = []
    sums = mart_parts.sums_of

    def noted(session, one, columns, where=""):
        filters.append(where)
        return sums(session, one, columns, where)

    monkeypatch.setattr(day_sums, "sums_of", noted)
    return filters


def note(build: duckdb.DuckDBPyConnection, *days: str, table: str = "plant.readings") -> None:
    """Note days as changed, as the macro `note_changed_days` does."""
    day_sums.prepare(build)
    for day in days:
        build.execute(
            "insert into sluice_days.changed_days select ?, ?, 1 + coalesce(max(n), 0) from ("
            "select note_number as n from sluice_days.changed_days"
            " union all select note_number from sluice_days.known)",
            [table, day],
        )


def assert_released(build: duckdb.DuckDBPyConnection) -> None:
    """Assert that a look at all days finds nothing that was not released."""
    _, (again,) = publish(build, UNDECLARED, run="again")
    assert again.is_unchanged
    assert again.snapshot.rows == build.execute("select count(*) from plant.seen").fetchall()[0][0]


def test_only_a_day_that_was_noted_is_read_and_written_again(build, read) -> None:
    publish(build, DAILY)
    build.execute("update plant.readings set value = -1 where id = 9")
    note(build, "2026-01-03")
    _, (after,) = publish(build, DAILY)
    assert [bool(where) for where in read] == [False, True]
    assert "date '2026-01-03'" in read[1]
    assert after.parts_written == 1
    assert_released(build)


def test_nothing_is_read_where_nothing_was_noted_and_nothing_landed(build, read) -> None:
    publish(build, DAILY)
    note(build, "2026-01-02", table="plant.others")
    _, (after,) = publish(build, DAILY)
    assert after.is_unchanged
    assert read == [""]


def test_days_of_a_load_that_is_new_are_read(build, read) -> None:
    publish(build, DAILY)
    build.execute(
        "insert into plant.landed select id, 'late', seen_at, 'l3'"
        " from plant.readings where id > 21"
    )
    _, (after,) = publish(build, DAILY)
    assert "date '2026-01-06'" in read[1] and "2026-01-05" not in read[1]
    assert after.parts_written == 1
    assert_released(build)


def test_a_day_that_is_gone_is_gone_from_the_release(build, read) -> None:
    publish(build, DAILY)
    build.execute("delete from plant.readings where id < 4")
    note(build, "2026-01-01")
    _, (after,) = publish(build, DAILY)
    assert after.snapshot.rows == 20
    assert_released(build)


def test_what_a_build_changed_that_did_not_publish_is_in_the_next_release(build, read) -> None:
    publish(build, DAILY)
    build.execute("update plant.readings set value = -1 where id = 9")
    note(build, "2026-01-03")  # and it was killed
    build.execute("update plant.readings set value = -1 where id = 17")
    note(build, "2026-01-05")
    _, (after,) = publish(build, DAILY)
    assert after.parts_written == 2
    assert_released(build)


def test_notes_are_kept_until_each_mart_has_heeded_them(build, read) -> None:
    other = mart(
        "also", partition_by="day", day_of="seen_at", made_of=MADE_OF, volatile=("load_id",)
    )
    build.execute("create view plant.also as from plant.seen")
    publish(build, DAILY, other)
    build.execute("update plant.readings set value = -1 where id = 9")
    note(build, "2026-01-03")
    for one in (DAILY, other):
        _, (after,) = publish(build, one)
        assert after.parts_written == 1
    assert build.execute("select count(*) from sluice_days.changed_days").fetchall() == [(0,)]
    note(build, "2026-01-04")
    assert build.execute(
        "select note_number > (select max(note_number) from sluice_days.known)"
        " from sluice_days.changed_days"
    ).fetchall() == [(True,)]


def test_sums_hold_for_the_build_and_not_for_a_release(build, read) -> None:
    from ingestion.lakehouse.catalog import catalog

    publish(build, DAILY)
    catalog().drop_table("plant.seen")
    _, (after,) = publish(build, DAILY)
    assert (after.parts_written, after.snapshot.rows) == (6, 24)
    assert read == [""]
    assert_released(build)


def update(build: duckdb.DuckDBPyConnection) -> None:
    build.execute("update plant.readings set value = value + 1")


def hold(build: duckdb.DuckDBPyConnection) -> None:
    build.execute("update plant.held set is_held = true where load_id = 'l1'")


def lose(build: duckdb.DuckDBPyConnection) -> None:
    build.execute("delete from plant.landed where id = 3")


def say_otherwise(build: duckdb.DuckDBPyConnection) -> None:
    build.execute(VIEW.replace(" value,", " value + 1 as value,"))


def read_more(build: duckdb.DuckDBPyConnection) -> None:
    build.execute("create table plant.words as select 3 as id, 'a word' as word")
    build.execute(
        VIEW.replace(" name,", " coalesce(word, name) as name,").replace(
            "where", "left join plant.words on words.id = readings.id where", 1
        )
    )


def forget(build: duckdb.DuckDBPyConnection) -> None:
    update(build)
    day_sums.forget(build)


def note_no_day(build: duckdb.DuckDBPyConnection) -> None:
    update(build)
    day_sums.prepare(build)
    build.execute("insert into sluice_days.changed_days values ('plant.readings', null, 99)")


@pytest.mark.parametrize(
    "change",
    [hold, lose, say_otherwise, read_more, forget, note_no_day],
    ids=lambda one: one.__name__,
)
def test_all_days_are_read_where_it_is_not_known_which_changed(
    build, read, change: Callable[[duckdb.DuckDBPyConnection], None]
) -> None:
    publish(build, DAILY)
    change(build)
    _, (after,) = publish(build, DAILY)
    assert read == ["", ""]
    assert not after.is_unchanged
    assert_released(build)


def test_a_view_that_reads_what_is_not_declared_is_read_whole_each_time(build, read) -> None:
    read_more(build)
    for _ in range(2):
        publish(build, DAILY)
        build.execute("update plant.words set word = word || '!'")
    _, (after,) = publish(build, DAILY)
    assert read == ["", "", ""]
    assert after.parts_written == 1


def test_parts_by_month_are_told_from_kept_days(build, read, monkeypatch) -> None:
    monkeypatch.setattr(mart_parts, "ROWS_WORTH_A_PART", 20)
    publish(build, DAILY)
    build.execute("update plant.readings set value = -1 where id = 9")
    note(build, "2026-01-03")
    _, (after,) = publish(build, DAILY)
    assert after.parts_written == 1
    assert "2026-01-03" in read[1]
    assert_released(build)
