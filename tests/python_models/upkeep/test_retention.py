from __future__ import annotations

import argparse
import json
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.lake import lake
from python_models.release import mart_parts, release_file
from python_models.upkeep import compact, retention
from tests.python_models.publishing import build_database, make_things, mart, publish


def age_everything(days: int) -> None:
    """Let releases and runs be older than they are."""
    for table, column in (("releases", "created_at"), ("runs", "started_at")):
        for row in journal.rows(f"select rowid as row_number, {column} as at from {table}"):
            older = datetime.fromisoformat(row["at"]) - timedelta(days=days)
            with journal.journal() as connection:
                connection.execute(
                    f"update {table} set {column} = ? where rowid = ?",
                    (older.isoformat(sep=" "), row["row_number"]),
                )


def publish_many(count: int, days: int = 3) -> None:
    """Publish releases of which each has one day that no other has."""
    daily = mart(partition_by="thing_date")
    with build_database() as build:
        make_things(build, days=days)
        for number in range(count):
            build.execute(
                "update plant.things set value = ? where thing_date = '2026-01-01'", [number]
            )
            publish(build, daily, run=f"run-{number:03d}")


def rows_of(path: Path) -> list[tuple]:
    with duckdb.connect(str(path.resolve()), read_only=True) as connection:
        return connection.execute("from plant.things order by thing_id").fetchall()


def data_bytes() -> dict[str, int]:
    return {str(path): path.stat().st_size for path in lake().warehouse.rglob("*.parquet")}


def drop_and_check(published: int, kept: int) -> None:
    """Run retention and check what is left, against what the releases pointed to before."""
    files = {
        row["release_id"]: set(json.loads(row["files"]))
        for row in journal.rows("select release_id, files from release_tables")
    }
    sizes = data_bytes()
    before = {number: rows_of(release_file.newest_file(number)) for number in files}
    only_dropped = set().union(
        *(files[number] for number in files if number <= published - kept)
    ) - set().union(*(files[number] for number in files if number > published - kept))
    could = sum(sizes[path] for path in only_dropped)
    dry = argparse.Namespace(dry_run=True, json=True)
    assert retention.retention(dry) == 0
    assert data_bytes() == sizes
    assert retention.retention(argparse.Namespace(dry_run=False, json=True)) == 0
    left = data_bytes()
    assert sum(sizes.values()) - sum(left.values()) >= 0.8 * could > 0
    for number in range(published - kept + 1, published + 1):
        assert rows_of(release_file.newest_file(number)) == before[number]
    assert set(release_file.files_by_release()) == set(range(published - kept + 1, published + 1))
    table = catalog().load_table("plant.things")
    assert len(table.snapshots()) == kept
    assert table.scan().to_arrow().num_rows == len(before[published])


@pytest.fixture
def small_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mart_parts, "ROWS_WORTH_A_PART", 4)
    monkeypatch.setattr(retention, "KEPT_READABLE", 4)
    monkeypatch.setattr(retention, "KEPT_WHOLE", 2)


def test_releases_beyond_keeping_go_with_the_files_only_they_used(small_numbers: None) -> None:
    publish_many(7)
    age_everything(days=91)
    drop_and_check(published=7, kept=4)


def test_release_that_is_young_stays_however_many_came_after_it(small_numbers: None) -> None:
    publish_many(6)
    plan = retention.make_plan(datetime.fromisoformat(journal.now()))
    assert plan.releases == []


def test_release_readers_see_is_never_dropped(small_numbers: None) -> None:
    publish_many(6)
    age_everything(days=91)
    release_file.point_to(release_file.newest_file(1))
    plan = retention.make_plan(datetime.fromisoformat(journal.now()))
    assert plan.releases == [2]


def test_file_of_a_publication_that_was_killed_is_swept(small_numbers: None) -> None:
    publish_many(1)
    orphan = lake().warehouse / "plant" / "things" / "data" / "killed" / "data_0.parquet"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"half a file")
    retention.retention(argparse.Namespace(dry_run=False, json=True))
    assert not orphan.exists()
    assert len(rows_of(lake().latest)) == 12


@pytest.mark.long
def test_hundred_of_a_hundred_and_twenty_releases_stay_readable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mart_parts, "ROWS_WORTH_A_PART", 4)
    publish_many(120)
    age_everything(days=91)
    drop_and_check(published=120, kept=100)


def test_small_files_are_joined_and_the_rows_stay_the_same() -> None:
    import pyarrow as pa

    opened = catalog()
    opened.create_namespace("raw_plant")
    schema = pa.schema([("thing_id", pa.int64()), ("name", pa.string())])
    table = opened.create_table("raw_plant.things", schema)
    for number in range(10):
        table.append(pa.table({"thing_id": [number], "name": [f"thing {number}"]}, schema))
    before = table.scan().to_arrow().sort_by("thing_id")
    with duckdb.connect() as connection:
        line = compact.compact_table(connection, table)
        assert line == {"table": "raw_plant.things", "files": 10, "rows": 10} | {
            "bytes": line["bytes"]
        }
        table = opened.load_table("raw_plant.things")
        assert compact.compact_table(connection, table) is None
    assert len(list(table.scan().plan_files())) == 1
    assert table.scan().to_arrow().sort_by("thing_id").equals(before)
